import { z } from "zod";
import { EmployeeRef, Id, IsoTime } from "./common.ts";

/** Objects that files hang on; each file has the rights of every object it hangs on. */
export const FILE_OBJECTS = ["customer", "contact", "lead", "interest", "interaction", "inquiry", "task"] as const;
export const FileObject = z.enum(FILE_OBJECTS);
export type FileObject = z.infer<typeof FileObject>;
/** So many files hang on one object at most. */
export const MAX_FILES_PER_OBJECT = 200;

/**
 * Files on any object (DT-05). The bytes are uploaded first (POST /blobs, at most 50 MB) and downloaded by GET /blobs/:id.
 * GET    /files?object=&objectId=  FileList, newest first
 * POST   /files                    FileBody -> FileView: a new file; of one's own upload, or of an attachment that one may see
 * GET    /files/:id                FileDetail with every version
 * PATCH  /files/:id                FilePatch -> FileView: another name
 * POST   /files/:id/versions       VersionOf -> FileView: the same bytes as the newest make no new version
 * POST   /files/:id/links          the same file on another object too -> FileView
 * DELETE /files/:id/links?object=&objectId=  off that object; from the last one it is archived
 */
export const FileView = z.object({
  id: Id,
  name: z.string(),
  mime: z.string(),
  bytes: z.number().int(),
  blobId: Id,
  /** Number of the newest version. */
  no: z.number().int(),
  createdBy: EmployeeRef.nullable(),
  createdAt: IsoTime,
  changedAt: IsoTime,
  version: z.number().int(),
});
export type FileView = z.infer<typeof FileView>;
export const FileList = z.object({ items: z.array(FileView) });
export const FileVersion = z.object({
  no: z.number().int(),
  blobId: Id,
  mime: z.string(),
  bytes: z.number().int(),
  comment: z.string().nullable(),
  createdBy: EmployeeRef.nullable(),
  createdAt: IsoTime,
});
export const FileDetail = FileView.extend({ versions: z.array(FileVersion), objects: z.array(z.object({ object: FileObject, objectId: Id })) });
export const FileQuery = z.object({ object: FileObject, objectId: Id });
export const FileBody = FileQuery.extend({ blobId: Id, name: z.string().trim().min(1).max(250).optional() });
export const FilePatch = z.object({ name: z.string().trim().min(1).max(250), version: z.number().int() });
export const VersionOf = z.object({ blobId: Id, comment: z.string().max(1000).nullable().default(null), version: z.number().int() });
