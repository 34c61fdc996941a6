import { conformance } from "./suite.ts";
import { webChatUnderTest } from "./under/web-chat.ts";

conformance(webChatUnderTest);
