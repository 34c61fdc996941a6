import type { UploadedBlob } from "@kommutator/contract/api/dialogs";
import { useEffect, useRef, useState } from "react";
import { failureText } from "../../app/failure.ts";
import { type FileLimits, type Refusal, refusalOf } from "./files.ts";
import { upload } from "./upload.ts";

/** A file chosen for the message: on its way up, stored, or refused. */
export interface Chip {
  key: string;
  name: string;
  mime: string;
  bytes: number;
  /** 0 to 1 while it goes up. */
  share: number;
  blob: UploadedBlob | null;
  refusal: Refusal | null;
  failure: string | null;
}

export interface Files {
  chips: Chip[];
  stored: UploadedBlob[];
  busy: boolean;
  broken: boolean;
  add: (files: Iterable<File>) => void;
  /** Takes it out; one still going up is cancelled. */
  remove: (key: string) => void;
  again: (key: string) => void;
  clear: () => void;
}

/** Chosen files: checked against the channel at once, then uploaded, each with its progress. */
export function useFiles(limits: FileLimits): Files {
  const [chips, setChips] = useState<Chip[]>([]);
  const running = useRef(new Map<string, { file: File; abort: AbortController }>());
  const change = (key: string, by: Partial<Chip>) => setChips((all) => all.map((chip) => (chip.key === key ? { ...chip, ...by } : chip)));
  useEffect(() => {
    const live = running.current;
    return () => {
      for (const { abort } of live.values()) abort.abort();
    };
  }, []);

  const start = (key: string, file: File) => {
    const abort = new AbortController();
    running.current.set(key, { file, abort });
    upload(file, (share) => change(key, { share }), abort.signal).then(
      (blob) => change(key, { blob, share: 1 }),
      (error: unknown) => change(key, { failure: failureText(error) }),
    );
  };
  const add = (files: Iterable<File>) => {
    const others = chips.filter((chip) => chip.refusal === null).map((chip) => ({ size: chip.bytes }));
    for (const file of files) {
      const key = crypto.randomUUID();
      const refusal = refusalOf(file, limits, others);
      setChips((all) => [...all, { key, name: file.name, mime: file.type, bytes: file.size, share: 0, blob: null, refusal, failure: null }]);
      if (refusal !== null) continue;
      others.push({ size: file.size });
      start(key, file);
    }
  };
  const remove = (key: string) => {
    running.current.get(key)?.abort.abort();
    running.current.delete(key);
    setChips((all) => all.filter((chip) => chip.key !== key));
  };
  const again = (key: string) => {
    const file = running.current.get(key)?.file;
    if (file === undefined) return;
    change(key, { failure: null, share: 0 });
    start(key, file);
  };
  const clear = () => {
    running.current.clear();
    setChips([]);
  };
  return {
    chips,
    stored: chips.flatMap((chip) => (chip.blob === null ? [] : [chip.blob])),
    busy: chips.some((chip) => chip.blob === null && chip.failure === null && chip.refusal === null),
    broken: chips.some((chip) => chip.failure !== null || chip.refusal !== null),
    add,
    remove,
    again,
    clear,
  };
}
