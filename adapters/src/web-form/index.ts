import type { Adapter, Channel, Host } from "@kommutator/contract/channel";
import { MAX_BODY_BYTES } from "./body.ts";
import { parseWebFormConfig, type WebFormConfig, webFormFields } from "./config.ts";
import { FormDesk } from "./desk.ts";
import { MAX_TEXT_LENGTH } from "./from-form.ts";
import { tryForm } from "./test-form.ts";

/**
 * Forms on sites. A page's form comes through our snippet (`widget/form.js`), which asks `GET /hooks/:channelId/token` for a
 * token and posts the fields with it; a site's own server signs its raw body instead (token.ts). Both go to
 * `POST /hooks/:channelId` as JSON, urlencoded or multipart. Nothing can be answered on a form: there is no handler, and the
 * agent writes an e-mail or an SMS to what the visitor left.
 */
const webForm: Adapter<WebFormConfig> = {
  kind: "web-form",
  medium: "chat",
  fields: webFormFields,
  parseConfig: parseWebFormConfig,
  open: async (config, host) => openForm(config, host),
};
export default webForm;
export { webForm };

function openForm(config: WebFormConfig, host: Host): Channel {
  const desk = new FormDesk(config, host);
  const stop = new AbortController();
  host.status({ state: "up" });
  return {
    limits: { textLength: MAX_TEXT_LENGTH, attachmentBytes: 0, attachments: { count: 0 }, replyWindowMs: null, canStart: false },
    handlers: {},
    webhook: (request) => desk.answer(request),
    // Twice what a form may weigh: what is a little too large still gets an answer that its page may read.
    admit: () => 2 * MAX_BODY_BYTES,
    test: () => tryForm(config, host.channelId, desk, host.now(), stop.signal),
    async close() {
      stop.abort();
    },
  };
}
