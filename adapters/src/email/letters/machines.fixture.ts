import { crlf, head, type LetterCase, OWN } from "./wire.fixture.ts";

export const machines: LetterCase[] = [
  {
    name: "a bounce of one recipient",
    source: "RFC 3464 appendix E.1",
    letter: crlf(`
Date: Thu, 7 Jul 1994 17:16:05 -0400
From: Mail Delivery Subsystem <MAILER-DAEMON@CS.UTK.EXAMPLE>
Message-Id: <199407072116.RAA14128@CS.UTK.EXAMPLE>
Subject: Returned mail: Cannot send message for 5 days
To: <owner-info-mime@cs.utk.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
      boundary="RAA14128.773615765/CS.UTK.EXAMPLE"

--RAA14128.773615765/CS.UTK.EXAMPLE

The original message was received at Sat, 2 Jul 1994 17:10:28 -0400
from root@localhost

   ----- The following addresses had delivery problems -----
<louisl@larry.slip.umd.example>  (unrecoverable error)

----- Transcript of session follows -----
<louisl@larry.slip.umd.example>... Deferred: Connection timed out
      with larry.slip.umd.example.
Message could not be delivered for 5 days
Message will be deleted from queue

--RAA14128.773615765/CS.UTK.EXAMPLE
content-type: message/delivery-status

Reporting-MTA: dns; cs.utk.example

Original-Recipient: rfc822;louisl@larry.slip.umd.example
Final-Recipient: rfc822;louisl@larry.slip.umd.example
Action: failed
Status: 4.0.0
Diagnostic-Code: smtp; 426 connection timed out
Last-Attempt-Date: Thu, 7 Jul 1994 17:15:49 -0400

--RAA14128.773615765/CS.UTK.EXAMPLE
content-type: message/rfc822

From: owner-info-mime@cs.utk.example
Message-ID: <original-1@cs.utk.example>
Subject: the letter

[original message goes here]

--RAA14128.773615765/CS.UTK.EXAMPLE--
`),
    expect: {
      nature: "bounce",
      bounced: { address: "louisl@larry.slip.umd.example", permanent: false, reason: "426 connection timed out" },
      references: ["<original-1@cs.utk.example>"],
    },
  },
  {
    name: "a bounce of several recipients, one of them delivered",
    source: "RFC 3464 appendix E.2",
    letter: crlf(`
Date: Fri, 8 Jul 1994 09:21:47 -0400
From: Mail Delivery Subsystem <MAILER-DAEMON@CS.UTK.EXAMPLE>
Subject: Returned mail: User unknown
To: <owner-ups-mib@CS.UTK.EXAMPLE>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
      boundary="JAA13167.773673707/CS.UTK.EXAMPLE"

--JAA13167.773673707/CS.UTK.EXAMPLE
content-type: text/plain; charset=us-ascii

   ----- The following addresses had delivery problems -----
<arathib@vnet.ibm.example>  (unrecoverable error)
<wsnell@sdcc13.ucsd.example>  (unrecoverable error)

--JAA13167.773673707/CS.UTK.EXAMPLE
content-type: message/delivery-status

Reporting-MTA: dns; cs.utk.example

Original-Recipient: rfc822;arathib@vnet.ibm.example
Final-Recipient: rfc822;arathib@vnet.ibm.example
Action: failed
Status: 5.0.0 (permanent failure)
Diagnostic-Code: smtp;
 550 'arathib@vnet.IBM.EXAMPLE' is not a registered gateway user
Remote-MTA: dns; vnet.ibm.example

Original-Recipient: rfc822;johnh@hpnjld.njd.hp.example
Final-Recipient: rfc822;johnh@hpnjld.njd.hp.example
Action: delayed
Status: 4.0.0 (hpnjld.njd.jp.example: host name lookup failure)

Original-Recipient: rfc822;wsnell@sdcc13.ucsd.example
Final-Recipient: rfc822;wsnell@sdcc13.ucsd.example
Action: failed
Status: 5.0.0
Diagnostic-Code: smtp; 550 user unknown
Remote-MTA: dns; sdcc13.ucsd.example

--JAA13167.773673707/CS.UTK.EXAMPLE
content-type: message/rfc822

[original message goes here]
--JAA13167.773673707/CS.UTK.EXAMPLE--
`),
    expect: {
      nature: "bounce",
      bounced: { address: "arathib@vnet.ibm.example", permanent: true, reason: "550 'arathib@vnet.IBM.EXAMPLE' is not a registered gateway user" },
    },
  },
  {
    name: "a report from a gateway to a foreign system",
    source: "RFC 3464 appendix E.3",
    letter: crlf(`
Disclose-recipients: prohibited
Date: Fri, 08 Jul 1994 09:21:25 -0400 (EDT)
From: Message Router Submission Agent <AMMGR@corp.timeplex.example>
Subject: Status of: Re: Battery current sense
To: owner-ups-mib@CS.UTK.EXAMPLE
Message-id: <01HEGJ0WNBY28Y95LN@mr.timeplex.example>
MIME-version: 1.0
content-type: multipart/report;
  report-type=delivery-status;
  boundary="[;84229080704991/122306@SYS30]"

--[;84229080704991/122306@SYS30]
content-type: text/plain

Invalid address - nair_s
%DIR-E-NODIRMTCH, No matching Directory Entry found

--[;84229080704991/122306@SYS30]
content-type: message/delivery-status

Reporting-MTA: mailbus; SYS30

Final-Recipient: unknown; nair_s
Status: 5.0.0 (unknown permanent failure)
Action: failed

--[;84229080704991/122306@SYS30]--
`),
    expect: { nature: "bounce", bounced: { address: "nair_s", permanent: true } },
  },
  {
    name: "news of a delay",
    source: "RFC 3464 appendix E.4",
    letter: crlf(`
From: <postmaster@nsfnet-relay.example>
Message-Id: <199407092338.TAA23293@CS.UTK.EXAMPLE>
Received: from nsfnet-relay.example by sun2.nsfnet-relay.example
     id <g.12954-0@sun2.nsfnet-relay.example>;
     Sun, 10 Jul 1994 00:36:51 +0100
To: owner-info-mime@cs.utk.example
Date: Sun, 10 Jul 1994 00:36:51 +0100
Subject: WARNING: message delayed at "nsfnet-relay.example"
MIME-Version: 1.0
content-type: multipart/report; report-type=delivery-status;
       boundary=foobar

--foobar
content-type: text/plain

The following message:

UA-ID:  Reliable PC (...
Q-ID:   sun2.nsf:77/msg.11820-0

has not been delivered to the intended recipient:

thomas@de-montfort.example

--foobar
content-type: message/delivery-status

Reporting-MTA: dns; sun2.nsfnet-relay.example

Final-Recipient: rfc822;thomas@de-montfort.example
Status: 4.0.0 (unknown temporary failure)
Action: delayed

--foobar--
`),
    expect: { nature: "bounce", bounced: { address: "thomas@de-montfort.example", permanent: false } },
  },
  {
    name: "a receipt of reading",
    source: "RFC 8098 section 9",
    letter: crlf(`
Date: Wed, 20 Sep 1995 00:19:00 (EDT) -0400
From: Joe Recipient <Joe_Recipient@example.com>
Message-Id: <199509200019.12345@example.com>
Subject: Re: First draft of report
To: Jane Sender <Jane_Sender@example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification;
    boundary="RAA14128.773615765/example.com"

--RAA14128.773615765/example.com
Content-type: text/plain; charset=utf-8

The message sent on 1995 Sep 19 at 13:30:00 (EDT) -0400 to Joe
Recipient <Joe_Recipient@example.com> with subject "First draft of
report" has been displayed.
This is no guarantee that the message has been read or understood.

--RAA14128.773615765/example.com
content-type: message/disposition-notification

Reporting-UA: joes-pc.cs.example.com; Foomail 97.1
Original-Recipient: rfc822;Joe_Recipient@example.com
Final-Recipient: rfc822;Joe_Recipient@example.com
Original-Message-ID: <199509192301.23456@example.org>
Disposition: manual-action/MDN-sent-manually; displayed

--RAA14128.773615765/example.com
content-type: message/rfc822

[original message optionally goes here]

--RAA14128.773615765/example.com--
`),
    expect: { nature: "auto-reply" },
  },
  {
    name: "a vacation answer",
    source: "RFC 5230 section 5 and RFC 3834 section 3.1 (header fields of an automatic reply)",
    letter: crlf(`
From: Ivan <ivan@client.example>
To: ${OWN}
Subject: Auto: Request
Message-ID: <auto1@client.example>
In-Reply-To: <ours@house.example>
Auto-Submitted: auto-replied (vacation)

I am away until Monday.
`),
    expect: { nature: "auto-reply", references: ["<ours@house.example>"] },
  },
  {
    name: "Auto-Submitted: no is a person",
    source: "RFC 3834 section 5.1",
    letter: crlf(`${head("Auto-Submitted: no")}\n\nHello\n`),
    expect: { nature: "human" },
  },
  {
    name: "a generated letter",
    source: "RFC 3834 section 5.2 (auto-generated)",
    letter: crlf(`${head("Auto-Submitted: auto-generated; type=cron")}\n\nNightly job done\n`),
    expect: { nature: "auto-reply" },
  },
  ...["bulk", "junk", "list"].map((value) => ({
    name: `Precedence: ${value}`,
    source: "RFC 3834 section 3.1.8 and RFC 2076 section 3.9",
    letter: crlf(`${head(`Precedence: ${value}`)}\n\nNews of the week\n`),
    expect: { nature: "auto-reply" as const },
  })),
  {
    name: "an empty return path",
    source: "RFC 5321 section 4.5.5 (the null reverse-path)",
    letter: crlf(`Return-Path: <>\n${head("")}\n\nAutomatic\n`),
    expect: { nature: "auto-reply" },
  },
  {
    name: "Exim's bounce text",
    source: "Exim specification, chapter Customizing bounce and warning messages (X-Failed-Recipients)",
    letter: crlf(`
Return-path: <>
X-Failed-Recipients: gone@client.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.house.example>
To: ${OWN}
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1aaaaa-0001-AA@mx.house.example>

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  gone@client.example
    Unrouteable address

------ This is a copy of the message, including all the headers. ------

Message-ID: <ours-77@house.example>
Subject: Offer
`),
    expect: { nature: "bounce", bounced: { address: "gone@client.example", permanent: true }, references: ["<ours-77@house.example>"] },
  },
  {
    name: "X-Autoreply",
    source: "constructed",
    letter: crlf(`${head("X-Autoreply: yes")}\n\nЯ в отпуске\n`),
    expect: { nature: "auto-reply" },
  },
  {
    name: "a successful delivery report is no bounce",
    source: "RFC 3464 section 2.3.3 (action delivered)",
    letter: crlf(`
From: MAILER-DAEMON@client.example
To: ${OWN}
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.client.example

Final-Recipient: rfc822; ivan@client.example
Action: delivered
Status: 2.1.5

--b--
`),
    expect: { nature: "auto-reply" },
  },
];
