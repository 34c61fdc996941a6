import { createHmac, randomUUID } from "node:crypto";
import { type Principal, scopeOf } from "@kommutator/contract/access";
import { IdParams, Id as IdSchema } from "@kommutator/contract/api/common";
import { CallView } from "@kommutator/contract/api/dialogs";
import { DtmfBody, OriginateBody, SoftphoneSession } from "@kommutator/contract/api/routing";
import { AppError } from "@kommutator/contract/errors";
import { principalOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { ApiDeps } from "../deps.ts";
import { requireDialog } from "../dialogs/access.ts";
import { phoneSocketUrl } from "../security.ts";
import { readCalls } from "./view.ts";

const CREATED_WITHIN_MS = 5_000;
const LOOK_AGAIN_MS = 20;

interface LiveCall {
  id: Id;
  channel_id: Id;
  external_id: string;
  dialog_id: Id;
  ended_at: Date | null;
}

/** What an agent does with a call, and the browser's phone. */
export function callRoutes(deps: ApiDeps): FastifyPluginAsync {
  const { sql, supervisor } = deps;

  /** A live call of a dialog that the principal may handle. */
  async function requireCall(request: FastifyRequest, id: Id): Promise<{ principal: Principal; call: LiveCall }> {
    const { principal } = requireScope(request, "call", "edit");
    const [call] = await sql<LiveCall[]>`SELECT id, channel_id, external_id, dialog_id, ended_at FROM call WHERE id = ${id}`;
    if (call === undefined) throw new AppError("not_found");
    await requireDialog(sql, principal, call.dialog_id, "edit", "call");
    if (call.ended_at !== null) throw new AppError("dialog_closed");
    return { principal, call };
  }

  async function phoneOf(principal: Principal): Promise<{ extension: string | null; channel: { id: Id; config: Record<string, unknown> } | null }> {
    const [me] = await sql<{ extension: string | null }[]>`SELECT extension FROM employee WHERE id = ${principal.employeeId}`;
    const [channel] = await sql<{ id: Id; config: Record<string, unknown> }[]>`
      SELECT id, config FROM channel WHERE kind = 'asterisk-ari' AND enabled AND archived_at IS NULL ORDER BY name LIMIT 1`;
    return { extension: me?.extension ?? null, channel: channel ?? null };
  }

  async function requirePhone(principal: Principal): Promise<{ extension: string; channel: { id: Id; config: Record<string, unknown> } }> {
    const { extension, channel } = await phoneOf(principal);
    if (extension === null || channel === null) throw new AppError("phone_unavailable", { reason: extension === null ? "no_extension" : "no_channel" });
    return { extension, channel };
  }

  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const nothing = { 204: z.null() };

    for (const kind of ["hold", "resume", "hangup"] as const) {
      app.post(`/calls/:id/${kind}`, { schema: { params: IdParams, response: nothing } }, async (request, reply) => {
        const { call } = await requireCall(request, request.params.id);
        await supervisor.perform(call.channel_id, `call.${kind}`, { id: randomUUID(), callKey: call.external_id });
        return reply.code(204).send(null);
      });
    }

    app.post("/calls/:id/dtmf", { schema: { params: IdParams, body: DtmfBody, response: nothing } }, async (request, reply) => {
      const { call } = await requireCall(request, request.params.id);
      const [leg] = await sql<
        { external_id: string }[]
      >`SELECT external_id FROM call_leg WHERE call_id = ${call.id} AND party = 'customer' AND ended_at IS NULL LIMIT 1`;
      await supervisor.perform(call.channel_id, "call.dtmf", {
        id: randomUUID(),
        callKey: call.external_id,
        legKey: leg?.external_id ?? "",
        digits: request.body.digits,
      });
      return reply.code(204).send(null);
    });

    app.post("/calls/:id/rejoin", { schema: { params: IdParams, response: nothing } }, async (request, reply) => {
      const { principal, call } = await requireCall(request, request.params.id);
      const { extension } = await requirePhone(principal);
      await supervisor.perform(call.channel_id, "call.rejoin", {
        id: randomUUID(),
        callKey: call.external_id,
        employeeId: principal.employeeId,
        endpoint: extension,
      });
      return reply.code(204).send(null);
    });

    app.post("/calls", { schema: { body: OriginateBody, response: { 201: z.object({ callId: IdSchema }) } } }, async (request, reply) => {
      const { principal } = requireScope(request, "call", "create");
      const { extension, channel } = await requirePhone(principal);
      const id = randomUUID();
      await supervisor.perform(channel.id, "call.originate", {
        id,
        employeeId: principal.employeeId,
        endpoint: extension,
        number: request.body.number,
        callerNumber: null,
      });
      // The call's key carries the command's id; its row comes with ingest.
      const deadline = Date.now() + CREATED_WITHIN_MS;
      for (;;) {
        const [call] = await sql<{ id: Id }[]>`SELECT id FROM call WHERE channel_id = ${channel.id} AND external_id LIKE ${`%${id}`}`;
        if (call !== undefined) return reply.code(201).send({ callId: call.id });
        if (Date.now() > deadline) throw new AppError("channel_down", { reason: "not_started" });
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      }
    });

    app.post("/softphone/session", { schema: { response: { 200: SoftphoneSession } } }, async (request) => {
      const principal = principalOf(request);
      const { extension, channel } = await phoneOf(principal);
      const wsUrl = channel === null ? null : phoneSocketUrl(channel.config, deps.config.publicUrl);
      const none = { available: false, wsUrl: "", uri: "", username: "", password: "", iceServers: [] };
      if (extension === null || channel === null || wsUrl === null || scopeOf(principal, "call", "edit") === null) return none;
      // The same session gets the same password, so a second tab does not unregister the first; another session another.
      const password = createHmac("sha256", deps.config.secretKey).update(`softphone:${principal.sessionId}:${extension}`).digest("base64url").slice(0, 32);
      try {
        await supervisor.perform(channel.id, "phone.provision", { endpoint: extension, displayName: principal.name, password });
      } catch (error) {
        request.log.warn({ err: error, extension }, "the softphone could not be provisioned");
        return none;
      }
      const told = channel.config["sipDomain"];
      const domain = typeof told === "string" && told !== "" ? told : new URL(wsUrl).hostname;
      const ice = channel.config["iceServers"];
      const iceServers = (typeof ice === "string" ? ice.split(/[\s,]+/) : []).filter((u) => /^(stun|turn)s?:/.test(u)).map((urls) => ({ urls }));
      return { available: true, wsUrl, uri: `sip:${extension}@${domain}`, username: extension, password, iceServers };
    });

    app.get("/softphone/call", { schema: { response: { 200: z.object({ call: CallView.nullable() }) } } }, async (request) => {
      const principal = principalOf(request);
      const [mine] = await sql<{ id: Id }[]>`
        SELECT k.id FROM call k JOIN assignment a ON a.dialog_id = k.dialog_id AND a.ended_at IS NULL
        WHERE a.employee_id = ${principal.employeeId} AND k.ended_at IS NULL ORDER BY k.started_at DESC LIMIT 1`;
      const [call] = await readCalls(sql, mine === undefined ? [] : [mine.id]);
      return { call: call ?? null };
    });
  };
}
