require ["reject"];
reject "I take no newsletters.
Write to my other address.";
