import { conformance } from "./suite.ts";
import { webFormUnderTest } from "./under/web-form.ts";

conformance(webFormUnderTest);
