/** The part of the `smpp` package that is used here: it carries no types of its own. */
declare module "smpp" {
  class PDU {
    constructor(command: string | Buffer, options?: Record<string, unknown>);
    command: string;
    command_id: number;
    command_status: number;
    sequence_number: number;
    toBuffer(): Buffer;
    /** Translates text and times on the way in ("decode") and out ("encode"). */
    _filter(direction: "encode" | "decode"): void;
    [field: string]: unknown;
  }
  const smpp: { PDU: typeof PDU; errors: Record<string, number>; commandsById: Record<number, { command: string }> };
  export default smpp;
}
