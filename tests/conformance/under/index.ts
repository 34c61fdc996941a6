import type { AdapterUnderTest } from "../provider.ts";
import { emailUnderTest } from "./email.ts";
import { mobizonUnderTest, smscCallingUnderTest, smscUnderTest } from "./sms-http.ts";
import { smsSmppUnderTest } from "./sms-smpp.ts";
import { telegramByPollingUnderTest, telegramByWebhookUnderTest } from "./telegram.ts";
import { viberUnderTest } from "./viber.ts";
import { vkByCallbackUnderTest, vkByPollingUnderTest } from "./vk.ts";
import { webChatUnderTest } from "./web-chat.ts";
import { webFormUnderTest } from "./web-form.ts";

/** Every adapter with its provider: each runs the suite in a test file of its own, and all of them sit out one long outage together. */
export const everyAdapter: AdapterUnderTest[] = [
  emailUnderTest,
  smsSmppUnderTest,
  smscUnderTest,
  smscCallingUnderTest,
  mobizonUnderTest,
  webChatUnderTest,
  webFormUnderTest,
  telegramByPollingUnderTest,
  telegramByWebhookUnderTest,
  viberUnderTest,
  vkByCallbackUnderTest,
  vkByPollingUnderTest,
];
