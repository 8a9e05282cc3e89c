#!/bin/sh
# Keeps what Dovecot sends, as a mailbox gets it.
{
	printf 'Return-Path: <>\nReceived: by mailbox.example; %s\n' "$(date -R)"
	cat
} >"$(mktemp {{.Dir}}/own/XXXXXX)"
