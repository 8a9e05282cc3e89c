package tracker

// texts are what the page says, in one language.
type texts struct {
	Lang     string // BCP 47
	Title    string
	Question string
	Button   string
	Done     string
}

// allTexts are in all languages that the page speaks; the first is for all others.
var allTexts = []texts{
	{"en", "Unsubscribe", "Do you no longer want to receive these emails?", "Unsubscribe", "You have been unsubscribed and will no longer receive these emails."},
	{"de", "Abmelden", "Möchten Sie diese E-Mails nicht mehr erhalten?", "Abmelden", "Sie sind abgemeldet und erhalten diese E-Mails nicht mehr."},
	{"fr", "Se désabonner", "Vous ne souhaitez plus recevoir ces e-mails ?", "Se désabonner", "Vous êtes désabonné et ne recevrez plus ces e-mails."},
	{"es", "Darse de baja", "¿Ya no desea recibir estos correos?", "Darse de baja", "Se ha dado de baja y ya no recibirá estos correos."},
	{"pt", "Cancelar inscrição", "Não deseja mais receber estes e-mails?", "Cancelar inscrição", "A sua inscrição foi cancelada e não receberá mais estes e-mails."},
	{"it", "Annulla iscrizione", "Non desidera più ricevere queste e-mail?", "Annulla iscrizione", "La sua iscrizione è stata annullata e non riceverà più queste e-mail."},
	{"ru", "Отписаться", "Вы больше не хотите получать эти письма?", "Отписаться", "Вы отписаны и больше не будете получать эти письма."},
	{"pl", "Wypisz się", "Nie chcesz już otrzymywać tych wiadomości?", "Wypisz się", "Wypisano z listy. Nie będziesz już otrzymywać tych wiadomości."},
	{"nl", "Afmelden", "Wilt u deze e-mails niet meer ontvangen?", "Afmelden", "U bent afgemeld en ontvangt deze e-mails niet meer."},
	{"uk", "Відписатися", "Ви більше не хочете отримувати ці листи?", "Відписатися", "Вас відписано, і ви більше не отримуватимете ці листи."},
}
