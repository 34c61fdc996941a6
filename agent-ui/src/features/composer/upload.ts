import type { UploadedBlob } from "@kommutator/contract/api/dialogs";
import type { ErrorCode } from "@kommutator/contract/errors";
import { ApiError, csrf } from "../../app/api.ts";

/** Puts one file into the store, saying how far it is (0 to 1). `fetch` tells no progress of what goes up, so this is an XMLHttpRequest. */
export function upload(file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<UploadedBlob> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, file.name);
    request.open("POST", "/api/v1/blobs");
    request.responseType = "json";
    request.setRequestHeader("x-csrf-token", csrf());
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      const body = request.response as (UploadedBlob & { code?: ErrorCode }) | null;
      if (request.status >= 200 && request.status < 300 && body !== null) resolve(body);
      else reject(new ApiError(body?.code ?? (request.status === 413 ? "too_large" : "unknown"), request.status));
    };
    request.onerror = () => reject(new ApiError("network", 0));
    request.onabort = () => reject(new DOMException("cancelled", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}
