/** The part of the `viber-bot` package that is used here, its message model: it carries no types of its own. */
declare module "viber-bot/lib/message/*-message.js" {
  /** Each class takes its own fields first; `verifyMessage` throws an Error naming the required field that is empty. */
  class Message {
    // biome-ignore lint/suspicious/noExplicitAny: the classes differ in their fields only, which to-viber.ts names one by one
    constructor(...fields: any[]);
    readonly keyboard: object | null;
    verifyMessage(): void;
    toJson(): Record<string, unknown>;
  }
  export default Message;
}

/** Its reading of what Viber sends, which the tests compare with ours. */
declare module "viber-bot/lib/message/message-factory.js" {
  export default class MessageFactory {
    constructor(logger: { debug(...words: unknown[]): void });
    createMessageFromJson(callback: object): { toJson(): Record<string, unknown> };
  }
}
