/** The part of Asterisk's REST Interface (ARI) that we use. https://docs.asterisk.org/Asterisk_22_Documentation/API_Documentation/Asterisk_REST_Interface/ */

export interface AriChannel {
  id: string;
  name: string;
  state: "Down" | "Rsrved" | "OffHook" | "Dialing" | "Ring" | "Ringing" | "Up" | "Busy" | "Dialing Offhook" | "Pre-ring" | "Unknown";
  caller: { name: string; number: string };
  connected: { name: string; number: string };
  dialplan: { context: string; exten: string; priority: number; app_name?: string; app_data?: string };
  creationtime: string;
  /** The channel variables named in ari.conf (`channelvars`). */
  channelvars?: Record<string, string>;
}

export interface AriBridge {
  id: string;
  technology: string;
  bridge_type: string;
  channels: string[];
}

export interface AriEndpoint {
  technology: string;
  resource: string;
  state?: "unknown" | "offline" | "online";
  channel_ids: string[];
}

export interface AriRecording {
  name: string;
  format: string;
  state?: string;
  /** Seconds. */
  duration?: number;
  target_uri?: string;
}

/** A sound file: `id` without language and ending. */
export interface AriSound {
  id: string;
  formats: { language: string; format: string }[];
}

export interface AriEvent {
  type: string;
  timestamp?: string;
  application?: string;
  channel?: AriChannel;
  bridge?: AriBridge;
  endpoint?: AriEndpoint;
  recording?: AriRecording;
  args?: string[];
  playback?: { id: string; target_uri: string; state: string };
  /** ChannelUserevent. */
  eventname?: string;
  /** ChannelDtmfReceived. */
  digit?: string;
  /** ChannelDestroyed: Q.850 cause and, where the technology has one, its own (the SIP status). */
  cause?: number;
  cause_txt?: string;
  tech_cause?: number;
  replace_channel?: AriChannel;
  contact_info?: { uri: string; contact_status: string; aor: string };
}

/** One request of ARI. `query` values are encoded by the connection; undefined ones are left out. */
export interface AriRequest {
  method: "GET" | "POST" | "PUT" | "DELETE";
  uri: string;
  query?: Record<string, string | undefined>;
  body?: unknown;
}
