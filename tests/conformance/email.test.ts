import { conformance } from "./suite.ts";
import { emailUnderTest } from "./under/email.ts";

conformance(emailUnderTest);
