/** Is the SIP server on this very machine? Only then may the SDP be bent to loopback. */
export function isLoopbackUrl(url: string): boolean {
  try {
    const host = new URL(url).hostname;
    return host === "localhost" || host === "[::1]" || /^127\./.test(host);
  } catch {
    return false;
  }
}

/**
 * For an Asterisk on 127.0.0.1: keep the loopback candidates only, so that the sound never leaves the machine. A browser that
 * offers none (loopback candidates need a Chromium flag) keeps what it has, or there would be no way at all.
 */
export function keepLoopbackCandidates(sdp: string): string {
  const lines = sdp.split("\r\n");
  const isCandidate = (line: string): boolean => line.startsWith("a=candidate");
  const isLoopback = (line: string): boolean => / (127\.\d+\.\d+\.\d+|::1) /.test(line);
  if (!lines.some((line) => isCandidate(line) && isLoopback(line))) return sdp;
  return lines.filter((line) => !isCandidate(line) || isLoopback(line)).join("\r\n");
}

/** Does the INVITE ask to be answered by itself? RFC 5373 (Answer-Mode: Auto) or the customary Call-Info / Alert-Info parameters. */
export function wantsAutoAnswer(header: (name: string) => string | undefined): boolean {
  const info = `${header("Call-Info") ?? ""} ${header("Alert-Info") ?? ""}`.toLowerCase();
  return /answer-after\s*=\s*0/.test(info) || /info\s*=\s*alert-autoanswer/.test(info) || (header("Answer-Mode") ?? "").toLowerCase().startsWith("auto");
}
