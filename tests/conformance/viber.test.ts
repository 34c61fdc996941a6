import { conformance } from "./suite.ts";
import { viberUnderTest } from "./under/viber.ts";

conformance(viberUnderTest);
