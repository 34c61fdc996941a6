import { conformance } from "./suite.ts";
import { smsSmppUnderTest } from "./under/sms-smpp.ts";

conformance(smsSmppUnderTest);
