import { conformance } from "./suite.ts";
import { telegramByPollingUnderTest, telegramByWebhookUnderTest } from "./under/telegram.ts";

conformance(telegramByPollingUnderTest);
conformance(telegramByWebhookUnderTest);
