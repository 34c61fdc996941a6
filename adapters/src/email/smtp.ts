import { Readable } from "node:stream";
import { ChannelError } from "@kommutator/contract/channel";
import MailComposer from "nodemailer/lib/mail-composer";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { EmailConfig } from "./config.ts";
import type { OutgoingLetter } from "./to-mail.ts";

type SmtpConfig = Pick<EmailConfig, "smtpHost" | "smtpPort" | "smtpSecurity" | "smtpUser" | "smtpPassword">;

interface SmtpFailure extends Error {
  code?: string;
  responseCode?: number;
  response?: string;
}

export interface SmtpSession {
  connection: SMTPConnection;
  /** Called when the connection fails or the channel closes, while something is under way. */
  onLost(lost: (error: SmtpFailure) => void): void;
  close(): void;
}

/** Connects and logs in. Throws ChannelError: unreachable, bad-credentials, rate-limited, rejected. */
export async function openSmtp(config: SmtpConfig, signal: AbortSignal): Promise<SmtpSession> {
  const connection = new SMTPConnection({
    host: config.smtpHost,
    port: config.smtpPort,
    secure: config.smtpSecurity === "tls",
    requireTLS: config.smtpSecurity === "starttls",
    ignoreTLS: config.smtpSecurity === "none",
    connectionTimeout: 20_000,
    greetingTimeout: 20_000,
    socketTimeout: 120_000,
    socketCloseTimeout: 500,
    logger: false,
  });
  let failed: ((error: SmtpFailure) => void) | undefined;
  connection.on("error", (error: SmtpFailure) => failed?.(error));
  connection.on("end", () => failed?.(new Error("The mail server closed the connection")));
  const stop = (): void => {
    connection.close();
    failed?.(new Error("The channel is closing"));
  };
  signal.addEventListener("abort", stop, { once: true });
  const close = (): void => {
    signal.removeEventListener("abort", stop);
    connection.quit();
    connection.close();
  };
  try {
    if (signal.aborted) throw new Error("The channel is closing");
    await new Promise<void>((resolve, reject) => {
      failed = reject;
      connection.connect((error?: Error | null) => (error ? reject(error) : resolve()));
    });
    if (config.smtpUser !== "") {
      await new Promise<void>((resolve, reject) => {
        failed = reject;
        connection.login({ credentials: { user: config.smtpUser, pass: config.smtpPassword } }, (error?: Error | null) => (error ? reject(error) : resolve()));
      });
    }
    const onLost = (lost: (error: SmtpFailure) => void): void => {
      failed = lost;
    };
    return { connection, onLost, close };
  } catch (error) {
    close();
    throw toChannelError(error as SmtpFailure, false);
  }
}

/**
 * Sends one letter over a connection of its own (no stale pooled connection, and the drain sends one after another).
 * Once the server may have the whole letter, a lost answer is `uncertain`: nobody can say whether it was taken.
 */
export async function sendLetter(config: SmtpConfig, letter: OutgoingLetter, signal: AbortSignal): Promise<string> {
  const source = await new MailComposer(letter.mail).compile().build();
  const session = await openSmtp(config, signal);
  // The last chunk is read only while the letter is being written to the socket, after the server's 354.
  let handedOver = false;
  const body = new Readable({
    read() {
      this.push(source);
      this.push(null);
      handedOver = true;
    },
  });
  try {
    return await new Promise<string>((resolve, reject) => {
      session.onLost(reject);
      session.connection.send({ from: letter.envelope.from, to: letter.envelope.to, size: source.length }, body, (error, info) =>
        error ? reject(error) : resolve(String(info?.response ?? "")),
      );
    });
  } catch (error) {
    throw toChannelError(error as SmtpFailure, handedOver);
  } finally {
    session.close();
  }
}

/** RFC 5321 section 4.2.1: 4xx may be tried again, 5xx not; 421 ends the session; 53x is about who we are (RFC 4954). */
export function toChannelError(error: SmtpFailure, handedOver: boolean): ChannelError {
  const code = error.responseCode;
  const said = (error.response ?? error.message).slice(0, 500);
  const options = { cause: error };
  if (code === 530 || code === 534 || code === 535 || (error.code === "EAUTH" && code !== 454 && code !== 421))
    return new ChannelError("bad-credentials", said, options);
  if (code === 421 || code === 454) return new ChannelError("unreachable", said, options);
  if (code !== undefined && code >= 400 && code < 500) {
    const seconds = Number(/(\d{1,4})\s*(?:s\b|sec)/i.exec(said)?.[1] ?? Number.NaN);
    return new ChannelError("rate-limited", said, { ...options, ...(Number.isFinite(seconds) ? { retryAfterMs: seconds * 1_000 } : {}) });
  }
  if (code !== undefined && code >= 500) return new ChannelError("rejected", said, options);
  if (error.code === "EENVELOPE" || error.code === "EMESSAGE") return new ChannelError("rejected", said, options);
  return handedOver
    ? new ChannelError("uncertain", "The connection broke before the mail server confirmed the letter", options)
    : new ChannelError("unreachable", said, options);
}
