import type {
  CalendarView,
  ChannelErrorView,
  ChannelKindView,
  ChannelView,
  DepartmentView,
  EmployeeView,
  RoleView,
  TranscriptLine,
} from "@kommutator/contract/api/admin";
import type { LineView } from "@kommutator/contract/api/line";
import type { QueueView } from "@kommutator/contract/api/routing";
import type { EmployeeSkills, SkillView } from "@kommutator/contract/api/skills";
import { useQueries, useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";

export type Department = z.infer<typeof DepartmentView>;
export type Role = z.infer<typeof RoleView>;
export type ChannelKind = z.infer<typeof ChannelKindView>;
export type ChannelFault = z.infer<typeof ChannelErrorView>;
export type Exchange = z.infer<typeof TranscriptLine>;

export const useEmployees = () => useQuery({ queryKey: keys.employees, queryFn: ({ signal }) => api.get<EmployeeView[]>("/employees", { signal }) });
export const useDepartments = () => useQuery({ queryKey: keys.departments, queryFn: ({ signal }) => api.get<Department[]>("/departments", { signal }) });
export const useCalendars = () => useQuery({ queryKey: keys.calendars, queryFn: ({ signal }) => api.get<CalendarView[]>("/calendars", { signal }) });
export const useRoles = () => useQuery({ queryKey: keys.roles, queryFn: ({ signal }) => api.get<Role[]>("/roles", { signal }) });
export const useQueues = () => useQuery({ queryKey: keys.queues, queryFn: ({ signal }) => api.get<QueueView[]>("/queues", { signal }) });
export const useSkills = () => useQuery({ queryKey: keys.skills, queryFn: ({ signal }) => api.get<SkillView[]>("/skills", { signal }) });
/** Who knows what: all people whom one may see. */
export const useEmployeeSkills = () =>
  useQuery({ queryKey: [...keys.skills, "people"], queryFn: ({ signal }) => api.get<EmployeeSkills[]>("/employee-skills", { signal }) });
/** States change by themselves, so this list is read again while it is looked at. */
export const useChannels = (enabled = true) =>
  useQuery({ queryKey: keys.channels, queryFn: ({ signal }) => api.get<ChannelView[]>("/channels", { signal }), refetchInterval: 3000, enabled });
export const useChannelKinds = () =>
  useQuery({
    queryKey: keys.channelKinds,
    queryFn: ({ signal }) => api.get<ChannelKind[]>("/channels/kinds", { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
export const useChannelErrors = (id: string) =>
  useQuery({ queryKey: [...keys.channels, id, "errors"], queryFn: ({ signal }) => api.get<ChannelFault[]>(`/channels/${id}/errors`, { signal }) });
export const useLines = (channelId: string) =>
  useQuery({ queryKey: [...keys.channels, channelId, "lines"], queryFn: ({ signal }) => api.get<LineView[]>(`/channels/${channelId}/lines`, { signal }) });
/** The lines of several trunks together. */
export const useLinesOf = (channelIds: string[]) =>
  useQueries({
    queries: channelIds.map((id) => ({
      queryKey: [...keys.channels, id, "lines"],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.get<LineView[]>(`/channels/${id}/lines`, { signal }),
    })),
    combine: (all) => all.flatMap((each) => each.data ?? []),
  });
export const useTranscript = (id: string) =>
  useQuery({
    queryKey: [...keys.channels, id, "transcript"],
    queryFn: ({ signal }) => api.get<Exchange[]>(`/channels/${id}/transcript`, { signal }),
    refetchInterval: 4000,
  });
