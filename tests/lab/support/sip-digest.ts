import { createHash, randomBytes } from "node:crypto";

export interface SipAccount {
  username: string;
  password: string;
}

/** The Authorization header that answers this challenge (RFC 2617, MD5 with qop=auth), its line end included. */
export function digestAnswer(challenge: string, account: SipAccount, method: string, uri: string): string {
  const get = (name: string) => new RegExp(`${name}="?([^",]+)`).exec(challenge)?.[1] ?? "";
  const md5 = (text: string) => createHash("md5").update(text).digest("hex");
  const { username, password } = account;
  const cnonce = randomBytes(4).toString("hex");
  const response = md5(`${md5(`${username}:${get("realm")}:${password}`)}:${get("nonce")}:00000001:${cnonce}:auth:${md5(`${method}:${uri}`)}`);
  return `Authorization: Digest username="${username}",realm="${get("realm")}",nonce="${get("nonce")}",uri="${uri}",response="${response}",qop=auth,nc=00000001,cnonce="${cnonce}",opaque="${get("opaque")}",algorithm=MD5\r\n`;
}
