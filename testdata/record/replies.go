package main

// What the servers say is worded by us after what such services document: their codes, their form, their habits.
// {rcpt}, {sender}, {ip} and {id} are filled in.

// fault is a reply for good, with the domains whose servers say it.
type fault struct {
	domain string
	reply  reply
}

func hard(at stage, code int, enhanced, reason string, lines ...string) reply {
	return reply{stage: at, code: code, enhanced: enhanced, lines: lines, reason: reason}
}

// badAddress are replies by which the address or domain itself is no good.
var badAddress = []fault{
	{"gmail.example", hard(atRcpt, 550, "5.1.1", "user_unknown", "The account you wrote to has no mailbox here. Please look for", "typing errors or blanks in the recipient's address. More at", " https://support.gmail.example/mail/?p=NoSuchUser {id} - gsmtp")},
	{"gmail.example", hard(atRcpt, 550, "5.2.1", "user_inactive", "The account you wrote to is switched off and takes no mail. More at", " https://support.gmail.example/mail/?p=DisabledUser {id} - gsmtp")},
	{"outlook.example", hard(atRcpt, 550, "5.5.0", "user_unknown", "Requested action not taken: mailbox unavailable (S2017062302). [AM7EUR03FT042.eop-EUR03.prod.protection.outlook.example]")},
	{"outlook.example", hard(atRcpt, 550, "5.4.1", "user_unknown", "Recipient address rejected: Access denied. [VE1EUR01FT021.eop-EUR01.prod.protection.outlook.example]")},
	{"outlook.example", hard(atRcpt, 550, "5.1.10", "user_unknown", "RESOLVER.ADR.RecipientNotFound; no recipient {rcpt} found by SMTP address lookup")},
	{"yahoo.example", hard(atRcpt, 554, "", "user_unknown", "delivery error: dd There is no yahoo.example account of this name ({rcpt}) [0] - mta4412.mail.bf1.yahoo.example")},
	{"yahoo.example", hard(atRcpt, 554, "", "user_inactive", "30 Sorry, the mailbox of this recipient has been disabled [-20]")},
	{"icloud.example", hard(atRcpt, 550, "5.1.1", "user_unknown", "<{rcpt}>: user does not exist")},
	{"icloud.example", hard(atRcpt, 550, "5.2.1", "user_inactive", "<{rcpt}>: this mailbox is not active")},
	{"gmx.example", hard(atRcpt, 550, "", "user_unknown", "Requested action not taken: mailbox unavailable", "For explanation visit https://postmaster.gmx.example/en/error-messages?ip={ip}&c=hi")},
	{"post-und-netz.example", hard(atRcpt, 550, "5.1.1", "user_unknown", "Empfänger {rcpt} ist hier unbekannt (Recipient unknown)")},
	{"post-und-netz.example", hard(atRcpt, 550, "5.1.6", "mailbox_discarded", "Postfach wurde vom Inhaber gelöscht")},
	{"courrier.example", hard(atRcpt, 550, "5.1.1", "user_unknown", "Adresse d'au moins un destinataire invalide. Aucune boîte à ce nom. OFR_416 [416]")},
	{"pochta.example", hard(atRcpt, 550, "5.1.1", "user_unknown", "Пользователь {rcpt} не найден")},
	{"yubin.example", hard(atRcpt, 550, "5.1.1", "user_unknown", "<{rcpt}> 宛先メールアドレスが見つかりません")},
	{"corp.example", hard(atRcpt, 550, "5.1.1", "user_unknown", "<{rcpt}>: Recipient address rejected: User unknown in virtual mailbox table")},
	{"corp.example", hard(atRcpt, 501, "5.1.3", "address_syntax", "<{rcpt}>: Bad recipient address syntax")},
	{"corp.example", hard(atRcpt, 550, "5.1.2", "domain_inactive", "We take no mail for this domain any more")},
	{"corp.example", hard(atRcpt, 550, "5.7.1", "user_unknown", "<{rcpt}>: nobody of that name works here")},
}

// notNow are replies for good that say nothing bad about the address.
var notNow = []fault{
	{"gmail.example", hard(atRcpt, 552, "5.2.2", "mailbox_full", "The recipient's inbox has no space left. Please ask them to make", "room, then send again. More at", " https://support.gmail.example/mail/?p=OverQuotaPerm {id} - gsmtp")},
	{"gmail.example", hard(atData, 550, "5.7.26", "auth_failed", "Your mail was stopped because its sender is unauthenticated: either SPF or", "DKIM is required. DKIM = did not pass, SPF [news.mailfate.example] with ip: [{ip}] = did not pass.", " https://support.gmail.example/mail/answer/81126#authentication {id} - gsmtp")},
	{"gmail.example", hard(atData, 550, "5.7.1", "spam_content", "[{ip}      19] We found this message likely to be unsolicited", "mail. To keep spam away from our users it was blocked. More at", " https://support.gmail.example/mail/?p=UnsolicitedMessageError {id} - gsmtp")},
	{"gmail.example", hard(atData, 552, "5.7.0", "attachment_refused", "This message holds content that is a possible security risk and was", "blocked: attachments of this file type are not taken. More at", " https://support.gmail.example/mail/?p=BlockedMessage {id} - gsmtp")},
	{"outlook.example", hard(atMail, 550, "5.7.1", "ip_blocklisted", "Unfortunately, messages from [{ip}] weren't sent. Ask your Internet provider, since part of its network is on our block list (S3140). [AM7EUR03FT042.eop-EUR03.prod.protection.outlook.example]")},
	{"outlook.example", hard(atMail, 550, "5.7.511", "ip_blocklisted", "Access denied, banned sender[{ip}]. To be taken off the list, forward this message to delist@outlook.example")},
	{"outlook.example", hard(atRcpt, 550, "5.7.133", "not_permitted", "RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication is needed; this group takes mail only from within")},
	{"outlook.example", hard(atRcpt, 554, "5.2.2", "mailbox_full", "STOREDRV.Deliver; mailbox full; the recipient's mailbox is over its quota")},
	{"yahoo.example", hard(atMail, 553, "5.7.1", "ip_blocklisted", "[BL21] Connections will not be accepted from {ip}, because the ip is in the list of a blocklist; see https://postmaster.yahoo.example/errors/550-bl21")},
	{"yahoo.example", hard(atData, 554, "5.7.9", "auth_failed", "Message not accepted for policy reasons. DMARC of the sender's domain says reject. See https://postmaster.yahoo.example/errors/postmaster-28.html")},
	{"icloud.example", hard(atRcpt, 552, "5.2.2", "mailbox_full", "<{rcpt}>: user is over quota")},
	{"icloud.example", hard(atData, 554, "5.7.1", "spam_content", "[HM08] Message rejected, its content looks like spam. See https://support.icloud.example/kb/HT204137")},
	{"icloud.example", hard(atData, 550, "5.7.1", "policy", "[CS01] Message rejected due to local policy. See https://support.icloud.example/kb/HT204137")},
	{"gmx.example", hard(atData, 554, "", "policy", "Transaction failed", "Reject due to policy restrictions.", "For explanation visit https://postmaster.gmx.example/en/case?c=r0601&i=ip&v={ip}&r={id}")},
	{"post-und-netz.example", hard(atRcpt, 552, "5.2.2", "mailbox_full", "Das Postfach des Empfängers ist voll")},
	{"courrier.example", hard(atMail, 550, "5.7.1", "policy", "Votre adresse IP n'est pas autorisée à nous envoyer ce message. OFR_506 [506]")},
	{"pochta.example", hard(atData, 550, "5.7.1", "spam_content", "Письмо отклонено как спам, https://help.pochta.example/notspam?ip={ip}&id={id}")},
	{"corp.example", hard(atRcpt, 554, "5.7.1", "ip_blocklisted", "Service unavailable; Client host [{ip}] blocked using dnsbl.blocklists.example; Listed, see https://blocklists.example/query/ip/{ip}")},
	{"corp.example", hard(atData, 554, "5.7.1", "domain_blocklisted", "Message holds a link to a domain that is listed in dbl.blocklists.example")},
	{"corp.example", hard(atMail, 550, "5.1.8", "sender_rejected", "<{sender}>: Sender address rejected: Domain not found")},
	{"corp.example", hard(atRcpt, 554, "5.4.6", "misconfigured", "Routing loop detected for <{rcpt}>")},
	{"corp.example", hard(atData, 550, "5.7.20", "auth_failed", "No valid DKIM signature was found")},
	{"corp.example", hard(atMail, 550, "5.7.25", "auth_failed", "[{ip}] has no PTR record, or its name does not point back")},
	{"corp.example", hard(atData, 554, "5.7.1", "virus", "Virus found in this message (Eicar-Test-Signature), it was refused")},
	{"corp.example", hard(atMail, 554, "5.7.10", "tls_required", "Encryption needed: use STARTTLS first")},
	{"corp.example", hard(atData, 552, "5.3.4", "too_large", "Message size exceeds the limit of this system")},
	{"corp.example", hard(atData, 554, "5.3.0", "remote_error", "Internal error of the mail system, could not store the message")},
	{"corp.example", hard(atMail, 503, "5.5.1", "protocol_error", "Bad sequence of commands")},
	{"corp.example", hard(atRcpt, 550, "5.0.0", "unclassified", "<{rcpt}>: rejected")},
	{"corp.example", hard(atRcpt, 550, "5.7.1", "misconfigured", "<{rcpt}>: Relaying denied, this server is not for that domain")},
	{"corp.example", hard(atRcpt, 550, "5.7.1", "not_permitted", "<{rcpt}> has blocked you personally")},
}

// later are temporary replies, all of them withdrawn in the end unless the story says otherwise.
var later = []fault{
	{"gmail.example", hard(atRcpt, 450, "4.2.1", "rate_limited", "The user you wrote to gets mail at a rate that keeps", "further messages out. Please send again later. More at", " https://support.gmail.example/mail/?p=ReceivingRate {id} - gsmtp")},
	{"gmail.example", hard(atData, 421, "4.7.28", "rate_limited", "An unusual rate of mail comes from your IP address {ip}. To protect", "our users it is limited for now. More at", " https://support.gmail.example/mail/?p=UnsolicitedRateLimitError {id} - gsmtp")},
	{"gmail.example", hard(atRcpt, 452, "4.2.2", "mailbox_full", "The recipient's inbox has no space left. More at", " https://support.gmail.example/mail/?p=OverQuotaTemp {id} - gsmtp")},
	{"gmail.example", hard(atMail, 421, "4.7.0", "remote_error", "Try again later, closing connection. (MAIL) {id} - gsmtp")},
	{"outlook.example", hard(atMail, 451, "4.7.500", "rate_limited", "Server busy. Please try again later from [{ip}]. (S77719) [AM7EUR03FT042.eop-EUR03.prod.protection.outlook.example]")},
	{"outlook.example", hard(atMail, 451, "4.7.650", "rate_limited", "The mail server [{ip}] is limited for now because of its reputation. See https://postmaster.outlook.example (S775)")},
	{"yahoo.example", hard(atMail, 421, "4.7.0", "rate_limited", "[TSS04] Messages from {ip} temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahoo.example/error-codes")},
	{"yahoo.example", hard(atMail, 451, "", "remote_error", "Resources temporarily not available - Please try again later [#4.16.5].")},
	{"icloud.example", hard(atRcpt, 450, "4.2.2", "mailbox_full", "<{rcpt}>: user is over quota")},
	{"icloud.example", hard(atMail, 421, "4.7.1", "rate_limited", "[PR(ct1)] Too many messages for now, slow down")},
	{"gmx.example", hard(atMail, 450, "", "greylisted", "Requested mail action not taken: mailbox unavailable", "Sender address has been put on probation (greylisted), please try later")},
	{"gmx.example", hard(atRcpt, 452, "", "mailbox_full", "Requested action aborted: mailbox {rcpt} is full for now")},
	{"post-und-netz.example", hard(atRcpt, 451, "4.7.1", "greylisted", "Greylisting aktiv, bitte in 5 Minuten erneut versuchen")},
	{"courrier.example", hard(atMail, 421, "4.7.0", "rate_limited", "Trop de connexions, veuillez vérifier votre configuration. OFR_104 [104]")},
	{"pochta.example", hard(atRcpt, 451, "4.7.1", "greylisted", "Повторите попытку позже, greylisting")},
	{"yubin.example", hard(atRcpt, 450, "4.3.2", "remote_error", "システムが混雑しています。しばらくしてから再送してください")},
	{"corp.example", hard(atRcpt, 450, "4.7.1", "greylisted", "<{rcpt}>: Recipient address rejected: Greylisted, see https://postgrey.corp.example/help/{id}")},
	{"corp.example", hard(atData, 451, "4.3.0", "remote_error", "Temporary system problem. Try again later")},
	{"corp.example", hard(atMail, 451, "4.3.2", "remote_error", "Please try again later, the content scanner is busy")},
}

// forEver are temporary replies that never end.
var forEver = []fault{
	{"gmail.example", hard(atRcpt, 452, "4.2.2", "mailbox_full", "The recipient's inbox has no space left. More at", " https://support.gmail.example/mail/?p=OverQuotaTemp {id} - gsmtp")},
	{"icloud.example", hard(atRcpt, 450, "4.2.2", "mailbox_full", "<{rcpt}>: user is over quota")},
	{"post-und-netz.example", hard(atRcpt, 451, "4.7.1", "greylisted", "Greylisting aktiv, bitte in 5 Minuten erneut versuchen")},
	{"yubin.example", hard(atRcpt, 450, "4.3.2", "remote_error", "システムが混雑しています。しばらくしてから再送してください")},
	{"corp.example", hard(atRcpt, 451, "4.3.0", "remote_error", "<{rcpt}>: Temporary lookup failure")},
}
