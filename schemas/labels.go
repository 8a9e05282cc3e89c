package schemas

// Labels are a status's short names for who reads pages. Identifiers and the
// texts' own spellings stay as they are; what is stored knows no labels.
type Labels struct {
	En string `json:"en"`
	Pt string `json:"pt"` // as in Brazil
	Fr string `json:"fr"`
	Ru string `json:"ru"`
}

// Languages are those that a status has a label in.
var Languages = [...]string{"en", "pt", "fr", "ru"}

// In returns the label in one of Languages; of another language, the English.
func (l *Labels) In(language string) string {
	switch language {
	case "pt":
		return l.Pt
	case "fr":
		return l.Fr
	case "ru":
		return l.Ru
	}
	return l.En
}

// noneLabels are those of None, which no text has a word for.
var noneLabels = Labels{"Unknown", "Desconhecido", "Inconnu", "Неизвестно"}

// labels are what Compile gives to the rows, by vocabulary and identifier: in
// English, Portuguese, French and Russian. A text's own word is its label in
// the text's language, however it is spelled there; hard and soft bounce are
// the trade's words in Portuguese and French too. Of a message's gender they
// are as of an e-mail's, in Russian of a письмо's.
var labels = map[string]map[string]Labels{
	"canonical": {
		"received":      {"Received", "Recebido", "Reçu", "Принято"},
		"refused":       {"Refused", "Recusado", "Refusé", "Не принято"},
		"scheduled":     {"Scheduled", "Agendado", "Planifié", "Запланировано"},
		"in_moderation": {"In moderation", "Em moderação", "En modération", "На модерации"},
		"quarantined":   {"Quarantined", "Em quarentena", "En quarantaine", "В карантине"}, //nolint:misspell // French
		"blocked":       {"Blocked as spam", "Bloqueado como spam", "Bloqué comme spam", "Заблокировано как спам"},
		"depleted":      {"Out of credit", "Sem créditos", "Crédit épuisé", "Нет средств"},
		"throttled":     {"Slowed down", "Envio desacelerado", "Envoi ralenti", "Отправка замедлена"},
		"processing":    {"Processing", "Em processamento", "En traitement", "В обработке"},
		"suppressed":    {"Suppressed", "Suprimido", "Adresse exclue", "Адрес в стоп-листе"},
		"cancelled":     {"Cancelled", "Cancelado", "Annulé", "Отменено"},
		"invalid":       {"Invalid", "Inválido", "Invalide", "Ошибка в письме"},
		"lost":          {"Lost", "Perdido", "Perdu", "Утеряно"},
		"failed":        {"Internal failure", "Falha interna", "Échec interne", "Внутренний сбой"},
		"queued":        {"Queued", "Na fila", "En file d'attente", "В очереди"},
		"deferred":      {"Deferred", "Adiado", "Différé", "Отложено"},
		"delivered":     {"Delivered", "Entregue", "Remis", "Доставлено"},
		"bounced_hard":  {"Hard bounce", "Hard bounce", "Hard bounce", "Жёсткий отказ"},
		"bounced_soft":  {"Soft bounce", "Soft bounce", "Soft bounce", "Мягкий отказ"},
		"expired":       {"Expired", "Tentativas esgotadas", "Tentatives épuisées", "Попытки исчерпаны"},
		"returned":      {"Returned", "Devolvido", "Retourné", "Возвращено"},
		"spam_foldered": {"In spam folder", "Na pasta de spam", "Dans le dossier spam", "В папке «Спам»"},
		"opened":        {"Opened", "Aberto", "Ouvert", "Открыто"},
		"read":          {"Read", "Lido", "Lu", "Прочитано"},
		"clicked":       {"Clicked", "Clicado", "Cliqué", "Переход по ссылке"},
		"unsubscribed":  {"Unsubscribed", "Inscrição cancelada", "Désabonné", "Отписка"},
		"complained":    {"Reported as spam", "Denunciado como spam", "Signalé comme spam", "Жалоба на спам"},
	},
	"netcore": {
		"processing":  {"Processing", "Em processamento", "En traitement", "В обработке"},
		"sent":        {"Sent", "Enviado", "Envoyé", "Отправлено"},
		"hard_bounce": {"Hard Bounce", "Hard bounce", "Hard bounce", "Жёсткий отказ"},
		"soft_bounce": {"Soft Bounce", "Soft bounce", "Soft bounce", "Мягкий отказ"},
		"open":        {"Open", "Aberto", "Ouvert", "Открыто"},
		"click":       {"Click", "Clicado", "Cliqué", "Переход по ссылке"},
		"unsubscribe": {"Unsubscribe", "Inscrição cancelada", "Désabonné", "Отписка"},
		"abuse":       {"Abuse", "Denunciado como spam", "Signalé comme spam", "Жалоба на спам"},
	},
	"netcore_feed": {
		"processed":        {"Processed", "Processado", "Traité", "Обработано"},
		"sent":             {"Sent", "Enviado", "Envoyé", "Отправлено"},
		"delivered":        {"Delivered", "Entregue", "Remis", "Доставлено"},
		"bounced_soft":     {"Soft Bounce", "Soft Bounce", "Soft bounce", "Мягкий отказ"},
		"bounced_hard":     {"Hard Bounce", "Hard Bounce", "Hard bounce", "Жёсткий отказ"},
		"bounced_rejected": {"Rejected", "Rejeitado", "Rejeté", "Отклонено"},
		"dropped":          {"Dropped", "Perdido", "Abandonné", "Отброшено"},
		"opened":           {"Opened", "Aberto", "Ouvert", "Открыто"},
		"clicked":          {"Clicked", "Clicado", "Cliqué", "Переход по ссылке"},
		"unsubscribed":     {"Unsubscribed", "Inscrição cancelada", "Désabonné", "Отписка"},
		"reported_as_spam": {"Reported as Spam", "Denunciado como spam", "Signalé comme spam", "Жалоба на спам"},
	},
	"tipimail": {
		"received_error":     {"Error (received)", "Erro (recebimento)", "Erreur (réception)", "Ошибка при приёме"},
		"pending":            {"Pending", "Pendente", "En attente", "В ожидании"},
		"treated":            {"Treated", "Tratado", "Traité", "Обработано"},
		"rejected":           {"Rejected", "Rejeitado", "Rejeté", "Отклонено"},
		"treated_error":      {"Error (treated)", "Erro (tratamento)", "Erreur (traitement)", "Ошибка при обработке"},
		"deferred":           {"Deffered", "Adiado", "Différé", "Отложено"},
		"accepted":           {"Accepted", "Aceito", "Accepté", "Одобрено"},
		"depleted":           {"Depleted", "Créditos esgotados", "Crédit épuisé", "Средства исчерпаны"},
		"pending_moderation": {"Pending moderation", "Aguardando moderação", "En attente de modération", "Ожидает модерации"},
		"filtered":           {"Filtered", "Filtrado", "Filtré", "Отфильтровано"},
		"scheduled":          {"Scheduled", "Agendado", "Planifié", "Запланировано"},
		"quarantine":         {"Quarantine", "Quarentena", "Quarantaine", "Карантин"}, //nolint:misspell // French
		"delivered":          {"Delivered", "Entregue", "Remis", "Доставлено"},
		"harbounce":          {"Harbounce", "Hard bounce", "Hard bounce", "Жёсткий отказ"},
		"softbounce":         {"Softbounce", "Soft bounce", "Soft bounce", "Мягкий отказ"},
		"opened":             {"Opened", "Aberto", "Ouvert", "Открыто"},
		"read":               {"Read", "Lido", "Lu", "Прочитано"},
		"clicked":            {"Clicked", "Clicado", "Cliqué", "Переход по ссылке"},
		"unsubscribed":       {"Unsubscribed", "Inscrição cancelada", "Désabonné", "Отписка"},
		"complaint":          {"Complaint", "Reclamação", "Plainte", "Жалоба"},
	},
	"unisender": {
		"not_sent":                      {"Not processed yet", "Ainda não processado", "Pas encore traité", "Ещё не обработано"},
		"delayed":                       {"Delayed", "Adiado", "Reporté", "Отложено"},
		"ok_sent":                       {"Sent", "Enviado", "Envoyé", "Отправлено"},
		"ok_delivered":                  {"Delivered", "Entregue", "Remis", "Доставлено"},
		"ok_read":                       {"Read", "Lido", "Lu", "Прочитано"},
		"ok_link_visited":               {"Link clicked", "Link clicado", "Lien cliqué", "Переход по ссылке"},
		"ok_unsubscribed":               {"Unsubscribed", "Inscrição cancelada", "Désabonné", "Отписка"},
		"ok_spam_folder":                {"In spam folder", "Na pasta de spam", "Dans le dossier spam", "В папке «Спам»"},
		"ok_fbl":                        {"Marked as spam", "Marcado como spam", "Marqué comme spam", "Помечено как спам"},
		"err_blacklisted":               {"Blacklisted, re-sending", "Lista negra, novo envio", "Liste noire, nouvel envoi", "Чёрный список, повтор"},
		"err_will_retry":                {"Will be retried", "Nova tentativa prevista", "Nouvelle tentative prévue", "Попытки продолжаются"},
		"err_resend":                    {"Will be re-sent", "Será reenviado", "Sera renvoyé", "Будет отправлено снова"},
		"err_giveup":                    {"Retry period expired", "Tentativas esgotadas", "Tentatives épuisées", "Попытки исчерпаны"},
		"err_user_unknown":              {"Address does not exist", "Endereço inexistente", "Adresse inexistante", "Адрес не существует"},
		"err_user_inactive":             {"Address disabled", "Endereço desativado", "Adresse désactivée", "Адрес отключён"},
		"err_mailbox_discarded":         {"Mailbox deleted", "Caixa postal excluída", "Boîte supprimée", "Ящик удалён"},
		"err_mailbox_full":              {"Mailbox full", "Caixa postal cheia", "Boîte pleine", "Ящик переполнен"},
		"err_domain_inactive":           {"Domain accepts no mail", "Domínio não recebe e-mail", "Domaine sans messagerie", "Домен не принимает почту"},
		"err_no_dns":                    {"No valid DNS record", "Sem registro DNS válido", "Aucun DNS valide", "Нет верной записи DNS"},
		"err_no_smtp":                   {"No SMTP server", "Sem servidor SMTP", "Aucun serveur SMTP", "Нет SMTP-сервера"},
		"err_destination_misconfigured": {"Domain misconfigured", "Domínio mal configurado", "Domaine mal configuré", "Домен неверно настроен"},
		"err_spam_rejected":             {"Rejected as spam", "Rejeitado como spam", "Rejeté comme spam", "Отклонено как спам"},
		"err_too_large":                 {"Too large or bad attachment", "Grande demais ou anexo ruim", "Trop gros ou pièce refusée", "Размер или тип вложения"},
		"err_delivery_failed":           {"Delivery failed", "Falha na entrega", "Échec de remise", "Доставка не удалась"},
		"err_src_invalid":               {"Invalid sender", "Remetente inválido", "Expéditeur invalide", "Неверный отправитель"},
		"err_dest_invalid":              {"Invalid recipient", "Destinatário inválido", "Destinataire invalide", "Неверный получатель"},
		"err_internal":                  {"Internal failure", "Falha interna", "Échec interne", "Внутренний сбой"},
		"err_lost":                      {"Inconsistent or lost", "Inconsistente ou perdido", "Incohérent ou perdu", "Не собрано или утеряно"},
		"err_over_quota":                {"Out of funds or quota", "Sem saldo ou cota", "Solde ou quota épuisé", "Нет средств или лимита"},
		"err_spam_removed":              {"Removed as spam", "Removido como spam", "Retiré comme spam", "Снято с отправки: спам"},
		"err_spam_skipped":              {"Not sent: spam", "Não enviado: spam", "Non envoyé : spam", "Не отправлено: спам"},
		"err_spam_may_retry":            {"Spam: write a similar one", "Spam: faça outro parecido", "Spam : refaire un semblable", "Спам: нужно новое письмо"},
		"err_not_allowed":               {"Sending not allowed", "Envio não permitido", "Envoi non autorisé", "Отправка запрещена"},
		"err_unsubscribed":              {"Unsubscribed before", "Inscrição já cancelada", "Déjà désabonné", "Отписан ранее"},
		"err_not_available":             {"Address not available", "Endereço indisponível", "Adresse indisponible", "Адрес недоступен"},
		"err_unreachable":               {"Unavailable for good", "Indisponível para sempre", "Indisponible à jamais", "Недоступен навсегда"},
		"err_skip_letter":               {"Skipped, unavailable", "Ignorado, indisponível", "Écarté, indisponible", "Пропущено: недоступен"},
		"skip_dup_unreachable":          {"Repeat: unavailable", "Repetido: indisponível", "Répété : indisponible", "Повтор: недоступен"},
		"skip_dup_temp_unreachable":     {"Repeat: unavailable now", "Repetido: falha passageira", "Répété : échec passager", "Повтор: временно недоступен"},
		"skip_dup_mailbox_full":         {"Repeat: mailbox full", "Repetido: caixa cheia", "Répété : boîte pleine", "Повтор: ящик переполнен"},
	},
}
