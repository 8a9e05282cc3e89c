require ["reject"];
reject "Ich möchte keine Werbung.";
