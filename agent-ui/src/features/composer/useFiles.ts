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
  /** Puts back files that are stored already. */
  putBack: (blobs: readonly UploadedBlob[]) => void;
}

/** What is known of a chosen file before the channel's limits are held against it. */
type Chosen = Omit<Chip, "refusal">;

/**
 * Chosen files, each held against the limits of where it would go now: when the channel changes, or a reply becomes a note, what could
 * not go may, and the other way round. What may go is uploaded at once, with its progress.
 */
export function useFiles(limits: FileLimits): Files {
  const [chosen, setChosen] = useState<Chosen[]>([]);
  const running = useRef(new Map<string, { file: File; abort: AbortController | null }>());
  const change = (key: string, by: Partial<Chosen>) => setChosen((all) => all.map((chip) => (chip.key === key ? { ...chip, ...by } : chip)));
  useEffect(() => {
    const live = running.current;
    return () => {
      for (const { abort } of live.values()) abort?.abort();
    };
  }, []);

  const going: { size: number }[] = [];
  const chips = chosen.map((chip): Chip => {
    const refusal = refusalOf({ type: chip.mime, size: chip.bytes, name: chip.name }, limits, going);
    if (refusal === null) going.push({ size: chip.bytes });
    return { ...chip, refusal };
  });

  const start = (key: string) => {
    const one = running.current.get(key);
    if (one === undefined || one.abort !== null) return;
    const abort = new AbortController();
    running.current.set(key, { file: one.file, abort });
    upload(one.file, (share) => change(key, { share }), abort.signal).then(
      (blob) => change(key, { blob, share: 1 }),
      (error: unknown) => change(key, { failure: failureText(error) }),
    );
  };
  useEffect(() => {
    for (const chip of chips) if (chip.refusal === null && chip.blob === null && chip.failure === null) start(chip.key);
  });

  const add = (files: Iterable<File>) => {
    for (const file of files) {
      const key = crypto.randomUUID();
      running.current.set(key, { file, abort: null });
      setChosen((all) => [...all, { key, name: file.name, mime: file.type, bytes: file.size, share: 0, blob: null, failure: null }]);
    }
  };
  const remove = (key: string) => {
    running.current.get(key)?.abort?.abort();
    running.current.delete(key);
    setChosen((all) => all.filter((chip) => chip.key !== key));
  };
  const again = (key: string) => {
    const one = running.current.get(key);
    if (one === undefined) return;
    running.current.set(key, { file: one.file, abort: null });
    change(key, { failure: null, share: 0 });
  };
  const clear = () => {
    running.current.clear();
    setChosen([]);
  };
  const putBack = (blobs: readonly UploadedBlob[]) => {
    const back = blobs.map((blob): Chosen => ({ ...blob, key: crypto.randomUUID(), share: 1, blob, failure: null }));
    setChosen((all) => [...back, ...all]);
  };
  return {
    chips,
    stored: chips.flatMap((chip) => (chip.blob === null || chip.refusal !== null ? [] : [chip.blob])),
    busy: chips.some((chip) => chip.blob === null && chip.failure === null && chip.refusal === null),
    broken: chips.some((chip) => chip.failure !== null || chip.refusal !== null),
    add,
    remove,
    again,
    clear,
    putBack,
  };
}
