import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type CdrRecord, csvFields, parseCdr, readCdrs, reconstruct, reconstructOutgoing } from "./cdr.ts";

// Lines written by Asterisk 22.10.1 with the configuration we ship.
const GAVE_UP = `"lab-vm-1795299878.0","lab-vm-1795299878.0","+77011112233","""Ivan"" <+77011112233>","5551000","kommutator-trunk","PJSIP/trunk-00000000","","1795299878.758272","0.000000","1795299878.824660","NO ANSWER","","5551000"`;
const AGENT_LEG = `"lab-vm-1795299878.0","kmt-a-00000000-0000-4000-8000-60d0d38a30a8","+77011112233","""Ivan"" <+77011112233>","s","kommutator-phones","PJSIP/1001-00000001","","1795299878.779349","0.000000","1795299878.803099","BUSY","",""`;
const TALK_1 = `"lab-vm-1795299879.12","lab-vm-1795299879.12","+77011112233","""Ivan"" <+77011112233>","5551000","kommutator-trunk","PJSIP/trunk-00000006","PJSIP/1001-00000007","1795299879.012124","1795299879.075228","1795299879.302830","ANSWERED","","5551000"`;
const TALK_2 = `"lab-vm-1795299879.12","lab-vm-1795299879.12","+77011112233","""Ivan"" <+77011112233>","5551000","kommutator-trunk","PJSIP/trunk-00000006","PJSIP/1001-00000007","1795299879.304395","1795299879.304395","1795299879.307147","ANSWERED","","5551000"`;
const records = (...lines: string[]) => lines.map(parseCdr).filter((r): r is CdrRecord => r !== null);

it("a caller who gave up is one call that nobody answered; our own legs are no calls", () => {
  expect(reconstruct(records(AGENT_LEG, GAVE_UP))).toEqual([
    expect.objectContaining({
      kind: "call.reconstructed",
      eventKey: "lab-vm-1795299878.0:cdr",
      callKey: "lab-vm-1795299878.0",
      direction: "in",
      from: { kind: "phone", value: "+77011112233", displayName: "Ivan" },
      to: "5551000",
      startedAt: 1795299878758,
      answeredAt: null,
      endedAt: 1795299878825,
    }),
  ]);
});

it("a talk that was held in between is one call with its first answer and last end", () => {
  expect(reconstruct(records(TALK_1, TALK_2))).toEqual([
    expect.objectContaining({ startedAt: 1795299879012, answeredAt: 1795299879075, endedAt: 1795299879307 }),
  ]);
});

it("an answer by the fallback or its voicemail is no answer of an agent", () => {
  const voicemail = GAVE_UP.replace(`"0.000000"`, `"1795299878.800000"`).replace(`"NO ANSWER",""`, `"ANSWERED","voicemail"`);
  const guard = TALK_1.replace(`"ANSWERED",""`, `"ANSWERED","fallback"`);
  expect(reconstruct(records(guard))).toEqual([expect.objectContaining({ answeredAt: null, fallback: true })]);
  expect(reconstruct(records(voicemail))).toEqual([expect.objectContaining({ answeredAt: null, fallback: true, raw: { voicemail: true } })]);
});

// Calls of ours to outside, by the same Asterisk: a talk with a hold in between, a busy customer, one who does not answer, an employee who does not.
const OUT = (order: string, customer: string, source: string, channel: string, other: string, start: string, answer: string, end: string, how: string) =>
  `"kmt-a-${order}","kmt-${customer}-${order}","${source}","""${source}"" <${source}>","s","kommutator-${customer === "a" ? "phones" : "trunk"}","${channel}","${other}","${start}","${answer}","${end}","${how}","",""`;
const HELD = [
  OUT("1", "c", "+77270000001", "PJSIP/trunk-5", "", "1795334620.627930", "1795334620.644126", "1795334620.937466", "ANSWERED"),
  OUT("1", "c", "+77270000001", "PJSIP/trunk-5", "", "1795334621.440464", "1795334621.440464", "1795334621.440917", "ANSWERED"),
  OUT("1", "a", "+77012223355", "PJSIP/1001-4", "PJSIP/trunk-5", "1795334620.599944", "1795334620.623371", "1795334621.441220", "ANSWERED"),
  OUT("1", "a", "+77012223355", "PJSIP/1001-4", "PJSIP/trunk-5", "1795334620.646410", "1795334620.646410", "1795334620.937466", "ANSWERED"),
  OUT("1", "a", "+77012223355", "PJSIP/1001-4", "PJSIP/trunk-5", "1795334621.441345", "1795334621.441345", "1795334621.749698", "ANSWERED"),
];

it("a call of ours to outside is one call under the key of its order, from the employee's ringing to the last end", () => {
  expect(reconstructOutgoing(records(AGENT_LEG, ...HELD, TALK_1))).toEqual([
    {
      kind: "call.reconstructed",
      eventKey: "kmt-o-1:cdr",
      occurredAt: 1795334620600,
      callKey: "kmt-o-1",
      direction: "out",
      from: { kind: "phone", value: "+77012223355" },
      to: "+77012223355",
      startedAt: 1795334620600,
      answeredAt: 1795334620644,
      endedAt: 1795334621750,
    },
  ]);
  expect(reconstruct(records(...HELD))).toEqual([]);
});

it("who is busy, does not answer, or is never dialled because the employee does not pick up, was not reached", () => {
  const busy = [
    OUT("2", "c", "", "PJSIP/trunk-3", "", "1795334620.503505", "0.000000", "1795334620.506046", "BUSY"),
    OUT("2", "a", "87012223344", "PJSIP/1001-2", "", "1795334620.476133", "1795334620.501677", "1795334620.507705", "ANSWERED"),
  ];
  const silent = [
    OUT("3", "a", "+77012223377", "PJSIP/1001-7", "", "1795334621.903774", "1795334621.928455", "1795334622.650462", "ANSWERED"),
    OUT("3", "c", "+77270000001", "PJSIP/trunk-8", "", "1795334621.931157", "0.000000", "1795334622.655976", "NO ANSWER"),
  ];
  const nobody = OUT("4", "a", "+77012223366", "PJSIP/1001-6", "", "1795334621.840201", "0.000000", "1795334621.845681", "BUSY");
  expect(reconstructOutgoing(records(...busy, ...silent, nobody)).map((c) => [c.callKey, c.to, c.answeredAt, c.endedAt])).toEqual([
    ["kmt-o-2", "87012223344", null, 1795334620508],
    ["kmt-o-3", "+77012223377", null, 1795334622656],
    ["kmt-o-4", "+77012223366", null, 1795334621846],
  ]);
});

it("quotes, commas and foreign lines are read as they are meant", () => {
  expect(csvFields(`"a,b","c ""d""",e,`)).toEqual(["a,b", 'c "d"', "e", ""]);
  expect(parseCdr("")).toBeNull();
  expect(parseCdr(`"a","b"`)).toBeNull();
  expect(parseCdr(GAVE_UP.replace("1795299878.758272", "yesterday"))).toBeNull();
});

it("the file is read to the last complete line, from where it was left, and from its beginning when it was rotated", async () => {
  const dir = await mkdtemp(join(tmpdir(), "cdr-"));
  const path = join(dir, "kommutator.csv");
  expect(await readCdrs(path, 0)).toEqual({ records: [], offset: 0 });
  await writeFile(path, `${GAVE_UP}\n${TALK_1.slice(0, 40)}`);
  const first = await readCdrs(path, 0);
  expect(first.records).toHaveLength(1);
  await appendFile(path, `${TALK_1.slice(40)}\n`);
  const second = await readCdrs(path, first.offset);
  expect(second.records.map((r) => r.linkedId)).toEqual(["lab-vm-1795299879.12"]);
  expect((await readCdrs(path, second.offset)).records).toEqual([]);
  await writeFile(path, `${AGENT_LEG}\n`);
  expect((await readCdrs(path, second.offset)).records).toHaveLength(1);
  await rm(dir, { recursive: true });
});
