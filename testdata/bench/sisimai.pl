# Reads mails and labelled replies with Sisimai, as mails.go does with mailfate.
use strict;
use warnings;
use File::Find;
use JSON::PP;
use Sisimai;
use Sisimai::Reason;
use Sisimai::SMTP::Error;

my ($dir, @files) = @ARGV;
my $enough = 2;
my @mails;
find({ no_chdir => 1, wanted => sub {
    return unless /\.eml$/;
    open my $f, '<:raw', $_ or die "$_: $!";
    local $/;
    my $text = <$f>;
    push @mails, [$_, \$text];
} }, $dir);

my %found = (delivery => 0, feedback => 0, other => 0, nothing => 0);
for my $mail (@mails) {
    my $text = ${ $mail->[1] };
    my $all = eval { Sisimai->make(\$text, delivered => 1) } || [];
    my $kind = 'nothing';
    for my $one (@$all) {
        $kind = $one->reason eq 'feedback' ? 'feedback' : $one->reason eq 'vacation' ? 'other' : 'delivery';
    }
    $found{$kind}++;
    print STDERR "$mail->[0]\t$kind\t", join('; ', map { join ' ', $_->recipient->address, $_->reason, $_->deliverystatus } @$all), "\n" if $ENV{MAILFATE_LIST};
}

my @replies;
for my $path (@files) {
    open my $f, '<:raw', $path or die "$path: $!";
    push @replies, map { decode_json($_) } <$f>;
}
my %hard = map { $_ => 1 } qw(user_unknown user_inactive mailbox_discarded address_syntax no_dns domain_inactive);
my ($decided, $wrong, $missed) = (0, 0, 0);
for my $one (@replies) {
    $one->{said} = join ' ', grep { $_ } $one->{code}, $one->{enhanced}, $one->{text};
    my $reason = Sisimai::Reason->match($one->{said}) // 'undefined';
    $decided++ if $reason ne 'undefined' && $reason ne 'onhold';
    my $is = (Sisimai::SMTP::Error->soft_or_hard($reason, $one->{said}) // '') eq 'hard';
    $wrong++  if $is && !$hard{ $one->{want} };
    $missed++ if !$is && $hard{ $one->{want} };
}

sub cpu { my ($user, $system) = times; return $user + $system }

sub rate {
    my ($n, $round) = @_;
    my ($begun, $rounds) = (cpu(), 0);
    while (cpu() - $begun < $enough) { $round->(); $rounds++ }
    return $n * $rounds / (cpu() - $begun);
}

my $mail_rate = rate(scalar @mails, sub {
    for my $mail (@mails) { my $text = ${ $mail->[1] }; eval { Sisimai->make(\$text, delivered => 1) } }
});
my $reply_rate = rate(scalar @replies, sub { Sisimai::Reason->match($_->{said}) for @replies });
print encode_json({
    mails => scalar @mails, %found, mail_rate => $mail_rate,
    replies => scalar @replies, decided => $decided, wrong_hard => $wrong, missed => $missed, reply_rate => $reply_rate,
}), "\n";
