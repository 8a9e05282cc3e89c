SELECT what, horizon FROM retention FINAL
