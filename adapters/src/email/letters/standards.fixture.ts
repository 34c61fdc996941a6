import { crlf, type LetterCase } from "./wire.fixture.ts";

export const standards: LetterCase[] = [
  {
    name: "a message from one person to another",
    source: "RFC 5322 appendix A.1.1",
    letter: crlf(`
From: John Doe <jdoe@machine.example>
To: Mary Smith <mary@example.net>
Subject: Saying Hello
Date: Fri, 21 Nov 1997 09:55:06 -0600
Message-ID: <1234@local.machine.example>

This is a message just to say hello.
So, "Hello".
`),
    expect: {
      messageKey: "<1234@local.machine.example>",
      from: { kind: "email", value: "jdoe@machine.example", displayName: "John Doe" },
      participants: ["mary@example.net"],
      subject: "Saying Hello",
      text: 'This is a message just to say hello.\nSo, "Hello".',
      nature: "human",
    },
  },
  {
    name: "different types of mailboxes",
    source: "RFC 5322 appendix A.1.2",
    letter: crlf(`
From: "Joe Q. Public" <john.q.public@example.com>
To: Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>
Cc: <boss@nil.test>, "Giant; \\"Big\\" Box" <sysservices@example.net>
Date: Tue, 1 Jul 2003 10:52:37 +0200
Message-ID: <5678.21-Nov-1997@example.com>

Hi everyone.
`),
    expect: {
      from: { kind: "email", value: "john.q.public@example.com", displayName: "Joe Q. Public" },
      participants: ["mary@x.test", "jdoe@example.org", "one@y.test", "boss@nil.test", "sysservices@example.net"],
    },
  },
  {
    name: "group addresses",
    source: "RFC 5322 appendix A.1.3",
    letter: crlf(`
From: Pete <pete@silly.example>
To: A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;
Cc: Undisclosed recipients:;
Date: Thu, 13 Feb 1969 23:32:54 -0330
Message-ID: <testabcd.1234@silly.example>

Testing.
`),
    expect: { participants: ["c@a.test", "joe@where.test", "jdoe@one.test"], messageKey: "<testabcd.1234@silly.example>" },
  },
  {
    name: "a reply",
    source: "RFC 5322 appendix A.2",
    letter: crlf(`
From: Mary Smith <mary@example.net>
To: John Doe <jdoe@machine.example>
Reply-To: "Mary Smith: Personal Account" <smith@home.example>
Subject: Re: Saying Hello
Date: Fri, 21 Nov 1997 10:01:10 -0600
Message-ID: <3456@example.net>
In-Reply-To: <1234@local.machine.example>
References: <1234@local.machine.example>

This is a reply to your hello.
`),
    expect: { references: ["<1234@local.machine.example>"], normalised: "saying hello", participants: ["jdoe@machine.example", "smith@home.example"] },
  },
  {
    name: "a reply to a reply",
    source: "RFC 5322 appendix A.2",
    letter: crlf(`
To: "Mary Smith: Personal Account" <smith@home.example>
From: John Doe <jdoe@machine.example>
Subject: Re: Saying Hello
Date: Fri, 21 Nov 1997 11:00:00 -0600
Message-ID: <abcd.1234@local.machine.test>
In-Reply-To: <3456@example.net>
References: <1234@local.machine.example> <3456@example.net>

This is a reply to your reply.
`),
    expect: { references: ["<1234@local.machine.example>", "<3456@example.net>"] },
  },
  {
    name: "trace fields above the letter",
    source: "RFC 5322 appendix A.4",
    letter: crlf(`
Received: from x.y.test
   by example.net
   via TCP
   with ESMTP
   id ABC12345
   for <mary@example.net>;  21 Nov 1997 10:05:43 -0600
Received: from node.example by x.y.test; 21 Nov 1997 10:01:22 -0600
From: John Doe <jdoe@node.example>
To: Mary Smith <mary@example.net>
Subject: Saying Hello
Date: Fri, 21 Nov 1997 09:55:06 -0600
Message-ID: <1234@local.node.example>

This is a message just to say hello.
So, "Hello".
`),
    expect: { messageKey: "<1234@local.node.example>", from: { kind: "email", value: "jdoe@node.example", displayName: "John Doe" } },
  },
  {
    name: "white space and comments everywhere",
    source: "RFC 5322 appendix A.5",
    letter: crlf(`
From: Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>
To:A Group(Some people)
     :Chris Jones <c@(Chris's host.)public.example>,
         joe@example.org,
  John <jdoe@one.test> (my dear friend); (the end of the group)
Cc:(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;
Date: Thu,
      13
        Feb
          1969
      23:32
               -0330 (Newfoundland Time)
Message-ID:              <testabcd.1234@silly.test>

Testing.
`),
    expect: { messageKey: "<testabcd.1234@silly.test>", from: { kind: "email", value: "pete@silly.test", displayName: "Pete" } },
  },
  {
    name: "obsolete addressing",
    source: "RFC 5322 appendix A.6.1",
    letter: crlf(`
From: Joe Q. Public <john.q.public@example.com>
To: Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example
Date: Tue, 1 Jul 2003 10:52:37 +0200
Message-ID: <5678.21-Nov-1997@example.com>

Hi everyone.
`),
    expect: { from: { kind: "email", value: "john.q.public@example.com", displayName: "Joe Q. Public" } },
  },
  {
    name: "obsolete white space and comments",
    source: "RFC 5322 appendix A.6.3",
    letter: crlf(`
From  : John Doe <jdoe@machine(comment).  example>
To    : Mary Smith
  
          <mary@example.net>
Subject     : Saying Hello
Date  : Fri, 21 Nov 1997 09(comment):   55  :  06 -0600
Message-ID  : <1234   @   local(blah)  .machine .example>

This is a message just to say hello.
So, "Hello".
`),
    expect: { text: 'This is a message just to say hello.\nSo, "Hello".', nature: "human" },
  },
  {
    name: "encoded words in names and subject",
    source: "RFC 2047 section 8",
    letter: crlf(`
From: =?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.example>
To: =?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.example>
CC: =?ISO-8859-1?Q?Andr=E9?= Pirard <PIRARD@vm1.ulg.example>
Subject: =?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=
    =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=

`),
    expect: {
      from: { kind: "email", value: "moore@cs.utk.example", displayName: "Keith Moore" },
      participants: ["keld@dkuug.example", "pirard@vm1.ulg.example"],
      subject: "If you can read this you understand the example.",
    },
  },
  {
    name: "a preamble, two parts and an epilogue",
    source: "RFC 2046 section 5.1.1",
    letter: crlf(`
From: Nathaniel Borenstein <nsb@bellcore.example>
To: Ned Freed <ned@innosoft.example>
Date: Sun, 21 Mar 1993 23:56:48 -0800 (PST)
Subject: Sample message
MIME-Version: 1.0
Content-type: multipart/mixed; boundary="simple boundary"

This is the preamble.  It is to be ignored, though it
is a handy place for composition agents to include an
explanatory note to non-MIME conformant readers.

--simple boundary

This is implicitly typed plain US-ASCII text.
It does NOT end with a linebreak.
--simple boundary
Content-type: text/plain; charset=us-ascii

This is explicitly typed plain US-ASCII text.
It DOES end with a linebreak.

--simple boundary--

This is the epilogue.  It is also to be ignored.
`),
    expect: {
      text: "This is implicitly typed plain US-ASCII text.\nIt does NOT end with a linebreak.\nThis is explicitly typed plain US-ASCII text.\nIt DOES end with a linebreak.",
    },
  },
];
