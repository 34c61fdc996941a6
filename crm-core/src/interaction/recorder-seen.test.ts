import type { InteractionDetail, InteractionView } from "@kommutator/contract/api/interaction";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CrmHouse } from "../../../tests/support/crm.ts";
import { DAY, NOON, openInterest, person, recorderHouse } from "./recorder.fixture.ts";

/** What became of calls and chats, as the manager who had them reads it (IA-04, acceptance A.15). */
let house: CrmHouse;
beforeAll(async () => {
  house = await recorderHouse();
});
afterAll(() => house.close());

const events = async (query: string): Promise<InteractionView[]> => (await house.as("aigul", "GET", `/interactions?${query}&order=planned`)).body.items;
/** When it began and ended. */
const times = (i: InteractionView | undefined) => [Date.parse(i?.occurredFrom ?? ""), Date.parse(i?.occurredTo ?? "")];
const card = async (id: Id): Promise<InteractionDetail> => (await house.as("aigul", "GET", `/interactions/${id}`)).body;

test("an answered call of a minute completes what was planned with this person today, in the Interest, with its points; a second one is not made", async () => {
  const { aigul } = house.company.employees;
  const p = await person(house);
  const interestId = await openInterest(house, p.customerId);
  const planned = await house.as("aigul", "POST", "/interactions", {
    typeId: house.company.catalogues.interactionTypes["call"]?.id,
    subject: "Call about the chairs",
    plannedFrom: new Date(NOON + 3_600_000).toISOString(),
    interestId,
    customerId: p.customerId,
  });
  const { callId } = await house.call(p.phone, { disposition: "answered", startedAt: NOON, seconds: 60, talkers: [{ person: "aigul", seconds: 60 }] });
  await house.read();
  const done = await events(`customerId=${p.customerId}`);
  expect(done).toMatchObject([{ id: planned.body.id, state: "done", subject: "Call about the chairs", callId, interestId, executor: { id: aigul.id } }]);
  const seen = await card(planned.body.id);
  expect([...times(seen), seen.loadPoints]).toEqual([NOON, NOON + 60_000, 5]);
});

test("a chat of fourteen messages is one event of its day, and the next day's is another", async () => {
  const d = await house.dialog({ kind: "site_visitor", value: "v-seen" }, { medium: "chat" });
  await house.assign(d.id, "aigul");
  const leadId = d.identification.leadId;
  for (let i = 0; i < 14; i++) await house.message(d.id, i % 2 === 0 ? "in" : "out", NOON + i * 60_000, i % 2 === 0 ? undefined : "aigul");
  await house.message(d.id, "out", NOON + DAY, "aigul");
  await house.read();
  const [first, next, ...more] = await events(`leadId=${leadId}`);
  expect([first, next]).toMatchObject([
    { state: "done", direction: "both" },
    { state: "done", direction: "out" },
  ]);
  expect([times(first), times(next)]).toEqual([
    [NOON, NOON + 13 * 60_000],
    [NOON + DAY, NOON + DAY],
  ]);
  expect(more).toEqual([]);
});

test("whom we did not reach is one failed event that says why; whom we missed is none, the inquiry stands for it", async () => {
  const p = await person(house);
  await house.call(p.phone, { direction: "out", disposition: "no_answer", startedAt: NOON, seconds: 30, talkers: [{ person: "aigul", seconds: 0 }] });
  await house.call(p.phone, { disposition: "abandoned_queue", startedAt: NOON, seconds: 30 });
  await house.read();
  expect(await events(`customerId=${p.customerId}`)).toMatchObject([{ state: "failed", direction: "out", status: { name: "No answer" }, result: null }]);
});
