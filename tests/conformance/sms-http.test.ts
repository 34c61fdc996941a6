import { conformance } from "./suite.ts";
import { mobizonUnderTest, smscCallingUnderTest, smscUnderTest } from "./under/sms-http.ts";

conformance(smscUnderTest);
conformance(smscCallingUnderTest);
conformance(mobizonUnderTest);
