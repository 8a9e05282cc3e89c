require ["ereject"];
ereject "I take no newsletters at all.";
