import type { ErrorCode } from "@kommutator/contract/errors";

/** `network`: no answer at all. `unknown`: an answer that is not ours (a proxy's page). */
export type FailureCode = ErrorCode | "network" | "unknown";

/** What every failed request throws. `code` has a text in each language; `details` is the server's. */
export class ApiError extends Error {
  readonly code: FailureCode;
  readonly status: number;
  readonly details: Record<string, unknown>;
  constructor(code: FailureCode, status: number, details: Record<string, unknown> = {}) {
    super(code);
    this.name = "ApiError";
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

const unauthenticated = new Set<() => void>();
/** Called when the server says that the session is over. */
export function onUnauthenticated(listener: () => void): () => void {
  unauthenticated.add(listener);
  return () => unauthenticated.delete(listener);
}

/** The token of the readable cookie, for requests that `api` does not make. */
export function csrf(): string {
  const match = /(?:^|;\s*)kommutator_csrf=([^;]*)/.exec(document.cookie);
  return match?.[1] === undefined ? "" : decodeURIComponent(match[1]);
}

async function failure(response: Response, path: string): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const known = typeof body === "object" && body !== null && "code" in body && typeof body.code === "string";
  const code = known
    ? (body.code as ErrorCode)
    : response.status === 401
      ? "unauthenticated"
      : response.status === 502 || response.status === 504
        ? "network"
        : "unknown";
  const details = known && "details" in body && typeof body.details === "object" && body.details !== null ? (body.details as Record<string, unknown>) : {};
  if (code === "unauthenticated" && path !== "/login") for (const listener of unauthenticated) listener();
  // The names of fields come with the first refusal that needs them, not with the first screen.
  if (code === "required_fields" && Array.isArray(details["fields"])) Object.assign(details, (await import("./required.ts")).inWords(details["fields"]));
  return new ApiError(code, response.status, details);
}

export interface RequestOptions {
  signal?: AbortSignal | undefined;
  query?: Record<string, string | number | undefined> | undefined;
  /** The request outlives the page that makes it (up to 64 KB, the browser's limit). */
  keepalive?: boolean | undefined;
}

async function request<T>(method: string, path: string, body: unknown, options: RequestOptions = {}): Promise<T> {
  const url = new URL(`/api/v1${path}`, location.origin);
  for (const [key, value] of Object.entries(options.query ?? {})) if (value !== undefined && value !== "") url.searchParams.set(key, String(value));
  const headers: Record<string, string> = { accept: "application/json" };
  const init: RequestInit = { method, headers, credentials: "same-origin", signal: options.signal ?? null, keepalive: options.keepalive ?? false };
  if (method !== "GET") headers["x-csrf-token"] = csrf();
  if (body !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("network", 0);
  }
  if (!response.ok) throw await failure(response, path);
  const warnings = response.headers.get("x-warnings");
  if (warnings !== null) void import("./required.ts").then(({ showWarnings }) => showWarnings(warnings));
  if (response.status === 204 || response.headers.get("content-length") === "0") return undefined as T;
  const value: unknown = await response.json().catch(() => undefined);
  if (import.meta.env.DEV) await (await import("./api-check.ts")).checkAnswer(method, path, value);
  return value as T;
}

/** Paths are relative to /api/v1. Unsafe requests carry the CSRF token of the readable cookie. */
export const api = {
  get: <T>(path: string, options?: RequestOptions) => request<T>("GET", path, undefined, options),
  post: <T = void>(path: string, body?: unknown, options?: Pick<RequestOptions, "keepalive">) => request<T>("POST", path, body, options),
  put: <T = void>(path: string, body?: unknown) => request<T>("PUT", path, body),
  patch: <T = void>(path: string, body?: unknown) => request<T>("PATCH", path, body),
  delete: <T = void>(path: string) => request<T>("DELETE", path, undefined),
};

/** Address of a stored file, as a download with its name. */
export const blobUrl = (blobId: string, name: string) => `/api/v1/blobs/${blobId}?name=${encodeURIComponent(name)}`;

/** Address of the small picture that stands for a stored file in a thread. */
export const previewUrl = (blobId: string) => `/api/v1/blobs/${blobId}?preview`;
