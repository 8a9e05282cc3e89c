package schemas

// NetcoreFeed is the vocabulary of Netcore's Live Feeds, in which Sent means
// that delivery is being tried and nothing was answered yet.
var NetcoreFeed = mustCompile(&Vocabulary{
	Name:   "netcore_feed",
	Source: "Netcore email API: Live Feeds",
	Groups: map[string]string{
		"P": "none processed sent",
		"G": "bounced_soft bounced_hard",
		"D": "P G delivered",
		"E": "opened clicked unsubscribed",
	},
	Hard: []Reason{NoSMTP},
	Rows: []StatusRow{
		noneRow,
		{
			ID: "processed", Text: "processado", Step: "1-2", Outcome: Pending,
			Meaning: "It was accepted and waits: new, throttled, or out of credit.",
			Source:  "Os e-mails podem estar em estado processado pelos seguintes motivos",
			Reached: "A, deferred{local_error} < none; deferred{rate_limited} < P; resend < G bounced_rejected dropped",
		},
		{
			ID: "sent", Text: "Sent", Step: "3", Outcome: Pending,
			Meaning: "Delivery is being tried, and no answer has come yet.",
			Source:  "Um e-mail que é “sent” significa que estamos a tentar entregá-lo e à espera de uma atualização a partir do servidor de destino.",
			Reached: "queued, relayed < none processed",
		},
		{
			ID: "delivered", Text: "Delivered", Step: "3", Outcome: Success,
			Meaning: "The recipient's server accepted it.",
			Source:  "Se um e-mail tem o status “delivered” significa que foi enviado e aceito com sucesso pelo servidor destinatário.",
			Reached: "delivered < P bounced_soft",
		},
		{
			ID: "bounced_soft", Text: "Soft Bounce", Step: "3", Outcome: Pending,
			Meaning: "It could not be delivered for now, and is tried again for 5 days.",
			Source:  "Este é um problema temporário, como a caixa de entrada do destinatário cheia ou um tempo limite de conexão.",
			Reached: "deferred{-local_error,-rate_limited} < P; B{soft} < P E delivered",
		},
		{
			ID: "bounced_hard", Text: "Hard Bounce", Step: "3", Outcome: Failure,
			Meaning: "It could not be delivered, for a cause that will last.",
			Source:  "Este é um erro de entrega permanente causado por um endereço de e-mail inválido (por exemplo, um e-mail inválido, servidor de destino indisponível).",
			Reached: "B{hard} < P E delivered bounced_soft; invalid{recipient} < P",
		},
		{
			ID: "bounced_rejected", Text: "rejeitado", Step: "3", Final: true, Outcome: Failure,
			Meaning: "It was given up after 5 days of trying.",
			Source:  "Se o e-mail não for entregue após 5 dias, será marcado como rejeitado.",
			Reached: "expired < P bounced_soft",
		},
		{
			ID: "dropped", Text: "perdido", Step: "2", Final: true, Outcome: Failure,
			Meaning: "It is not sent, because the address is on a suppression list.",
			Source:  "isso significa que o endereço de e-mail do destinatário está listado em uma das listas de supressão", //nolint:misspell // Portuguese
			Reached: "suppressed, filtered < P",
		},
		{
			ID: "opened", Text: "Opened", Step: "4", Outcome: Success,
			Meaning: "The recipient opened it.",
			Source:  "O status aberto significa que o e-mail é aberto no final do destinatário.",
			Reached: "opened, read < D",
		},
		{
			ID: "clicked", Text: "Clicked", Step: "4", Outcome: Success,
			Meaning: "The recipient followed a link other than the one to opt out.",
			Source:  "Um e-mail recebe o status “Clicked” quando os e-mails entregues têm pelo menos um clique (excluindo o clique de cancelar a inscrição).",
			Reached: "clicked < D opened",
		},
		{
			ID: "unsubscribed", Text: "Unsubscribed", Step: "4", Outcome: Success,
			Meaning: "The recipient opted out by its link.",
			Source:  "E-mails não assinados indicam aqueles e-mails para os quais as pessoas optaram por sair usando o link de cancelamento.",
			Reached: "unsubscribed < D opened clicked",
		},
		{
			ID: "reported_as_spam", Text: "Reported as Spam", Step: "4", Final: true, Outcome: Success,
			Meaning: "The recipient reported it as spam.",
			Source:  "Denunciar um e-mail como spam é uma ação tomada pelo destinatário contra o recebimento do seu e-mail.",
			Reached: "complained < D E",
		},
	},
})
