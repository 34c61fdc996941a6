import { conformance } from "./suite.ts";
import { vkByCallbackUnderTest, vkByPollingUnderTest } from "./under/vk.ts";

conformance(vkByCallbackUnderTest);
conformance(vkByPollingUnderTest);
