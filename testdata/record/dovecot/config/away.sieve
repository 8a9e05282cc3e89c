require ["vacation"];
vacation "I am away until October.";
