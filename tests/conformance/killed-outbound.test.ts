import { randomUUID } from "node:crypto";
import type { Id } from "@kommutator/contract/ids";
import { describe, expect, it } from "vitest";
import { until } from "../lab/support/wait.ts";
import { MortalHouse } from "./killed/house.ts";
import { inTurn } from "./killed/turns.ts";
import type { AdapterUnderTest } from "./provider.ts";
import { everyAdapter } from "./under/index.ts";

const WAIT = { timeoutMs: 60_000 };
/** So many points without a death in a row: there are no more. */
const BEYOND = 2;
/** The drain is the same for all: with this one every piece of its transactions is a point, with the others their beginnings and ends. */
const WHOLE = "web-chat";

describe.concurrent("the house dies at every point between the first look at a reply and the note that it is sent", () => {
  for (const under of everyAdapter.filter((one) => one.oneWay !== "in"))
    it(`${under.name}: each reply is there once, or shown as uncertain, and in order; none twice`, { timeout: 900_000 }, () =>
      inTurn(() => dieAtEveryPoint(under)),
    );
});

async function dieAtEveryPoint(under: AdapterUnderTest): Promise<void> {
  const house = await MortalHouse.build(under, { drainWhole: under.name === WHOLE });
  const { sql } = house.database;
  const uncertain: string[] = [];
  const written: string[] = [];
  let deaths = 0;
  try {
    await house.start();
    const dialogId = await begin(house, under);
    /** What became of a reply, and whether its sender need not be waited for any more. */
    const outcome = async (text: string): Promise<"sent" | "uncertain" | null> => {
      const [row] = await sql<{ id: Id; delivery: string }[]>`SELECT id, delivery FROM message WHERE dialog_id = ${dialogId} AND body = ${text}`;
      if (row?.delivery === "uncertain") return "uncertain";
      return row !== undefined && row.delivery !== "queued" ? "sent" : null;
    };
    for (let point = 0, beyond = 0; beyond < BEYOND; point++) {
      const text = `reply at ${point}`;
      const { wires } = house.life;
      written.push(text);
      wires.arm(point);
      await reply(house, dialogId, text);
      await until(`it dies at point ${point}, or "${text}" is sent`, async () => wires.isDead || (await outcome(text)) !== null, WAIT);
      wires.disarm();
      if (wires.isDead) {
        deaths++;
        beyond = 0;
        await house.start();
        // Whoever looks whether it arrived settles it: the next ones go on then.
        if ((await until(`"${text}" is settled after a death at point ${point}`, () => outcome(text), WAIT)) === "uncertain") {
          uncertain.push(text);
          await settle(house, text);
        }
      } else beyond++;
    }
    const arrived = await until(
      "all that are sent have arrived",
      async () => {
        const texts = (await house.provider.received()).filter((text) => written.includes(text));
        return written.every((text) => uncertain.includes(text) || texts.includes(text)) ? texts : null;
      },
      WAIT,
    );
    expect(arrived, "each once, in order").toEqual(written.filter((text) => arrived.includes(text)));
    expect((await house.texts("out")).filter((text) => written.includes(text))).toEqual(written);
    console.log(`${under.name}: died at each of ${deaths} points of a reply, ${uncertain.length} of them uncertain`);
    expect(deaths).toBeGreaterThanOrEqual(under.name === WHOLE ? 30 : 8);
    // Whoever knows our reference of a message is asked again: nothing is left to the agent.
    if (house.life.supervisor.open(house.channelId)?.repeatsSafely === true) expect(uncertain).toEqual([]);
  } finally {
    await house.close();
  }
}

/** The dialog that replies are written in: the customer has asked something, or we write first where nobody can. */
async function begin(house: MortalHouse, under: AdapterUnderTest): Promise<Id> {
  const { sql } = house.database;
  if (under.oneWay === "out") {
    const to = house.provider.customer() as { kind: "phone"; value: string };
    const first = {
      channelId: house.channelId,
      to,
      employeeId: house.company.employees.aigul.id,
      clientKey: randomUUID(),
      text: "We write first",
      attachments: [],
    };
    return (await sql.begin((tx) => house.life.outbound.startDialog(tx, first))).dialogId;
  }
  await house.provider.say("A question");
  const [dialog] = await until(
    "the question is here",
    async () => {
      const rows = await sql<{ dialog_id: Id }[]>`SELECT dialog_id FROM message WHERE channel_id = ${house.channelId} AND body = 'A question'`;
      return rows.length > 0 ? rows : null;
    },
    WAIT,
  );
  return (dialog as { dialog_id: Id }).dialog_id;
}

async function reply(house: MortalHouse, dialogId: Id, text: string): Promise<void> {
  const written = { dialogId, employeeId: house.company.employees.aigul.id, clientKey: randomUUID(), text, attachments: [], internal: false, mentions: [] };
  await house.database.sql.begin((tx) => house.life.outbound.reply(tx, written));
}

/** As an agent would who asks no further. */
async function settle(house: MortalHouse, text: string): Promise<void> {
  await house.database.sql.begin(async (tx) => {
    const [message] = await tx<{ id: Id }[]>`SELECT id FROM message WHERE body = ${text}`;
    await house.life.outbound.settle(tx, (message as { id: Id }).id, "sent");
  });
}
