/** Callbacks of Viber's as they stand in its documentation, and as its users have recorded them. */
const REST = "developers.viber.com/docs/api/rest-bot-api";
const CREATORS = "creators.viber.com/docs/bots-api";
const RECORDED = "recorded by a bot's author";

export interface CallbackCase {
  says: string;
  /** The page it comes from, or `constructed`: the fields of that page put together by us. */
  source: string;
  body: string;
  expected: Record<string, unknown>;
}

const SENDER = '"sender":{"id":"01234567890A=","name":"John McClane","avatar":"http://avatar.example.com","country":"UK","language":"en","api_version":1}';
const head = '"event":"message","timestamp":1457764197627,"message_token":4912661846655238145';
const DL = "https://dl-media.viber.com/3/media/2/short/any/sig";

/** What every documented message of John McClane's becomes, beside its content. */
const received = (content: Record<string, unknown>) => ({
  kind: "event",
  event: {
    kind: "message.received",
    eventKey: "message:4912661846655238145",
    messageKey: "4912661846655238145",
    occurredAt: 1457764197627,
    thread: { key: "01234567890A=" },
    from: { kind: "viber", value: "01234567890A=", displayName: "John McClane" },
    nature: "human",
    ...content,
  },
});
const state = (event: string, token: string, occurredAt: number, said: Record<string, unknown>, userId = "3SQNc4FPUQmysaM/AQEhXg==") => ({
  kind: "state",
  userId: event === "failed" ? undefined : userId,
  event: { kind: "message.state", eventKey: `${event}:${token}`, messageKey: token, occurredAt, ...said },
});
const message = (content: string): string => `{${head},${SENDER},"message":{${content}}}`;

export const callbackCases: CallbackCase[] = [
  {
    says: "a text with tracking data",
    source: `${REST}#receive-message-from-user`,
    body: `{${head},${SENDER},"message":{"type":"text","text":"a message to the service","media":"http://example.com","location":{"lat":50.76891,"lon":6.11499},"tracking_data":"tracking data"}}`,
    expected: received({ text: "a message to the service", raw: { tracking_data: "tracking data" } }),
  },
  {
    says: "a text in Japanese with tracking data in Hebrew",
    source: "github.com/Viber/viber-bot-python tests/api/test_data/unicode_request",
    body: `{"event": "message","timestamp": 1457764197627,"message_token": 4912661846655238145,"sender": {"id": "01234567890A=","name": "ふで都急ぼちラり面関ごル期販ずラ否裁ぞるめ数努むや正記味てょ","avatar": "http://avatar_url","api_version": 2},"message": {"type": "text","text": "批封廟根縄華勢田郎報株聞。","tracking_data": "אל תעקוב אחרי!"},"silent": false}`,
    expected: received({
      from: { kind: "viber", value: "01234567890A=", displayName: "ふで都急ぼちラり面関ごル期販ずラ否裁ぞるめ数努むや正記味てょ" },
      text: "批封廟根縄華勢田郎報株聞。",
      raw: { tracking_data: "אל תעקוב אחרי!" },
    }),
  },
  {
    says: "a text whose token is a string",
    source: "github.com/Viber/viber-bot-python tests/api/viber_requests/test_viber_message_request.py",
    body: '{"event":"message","timestamp":1457764197627,"message_token":"912661846655238145","sender":{"id":"01234567890A=","name":"viberUser","avatar":"http://avatar_url"},"message":{"type":"text","text":"HI!"},"silent":true}',
    expected: received({
      eventKey: "message:912661846655238145",
      messageKey: "912661846655238145",
      from: { kind: "viber", value: "01234567890A=", displayName: "viberUser" },
      text: "HI!",
    }),
  },
  {
    says: "a message from inside another chat",
    source: "github.com/Viber/viber-bot-python tests/api/viber_requests/test_viber_message_request.py",
    body: '{"event":"message","timestamp":1457764197627,"message_token":"912661846655238145","chat_id":5048086924903818307,"reply_type":"message","sender":{"id":"01234567890A=","name":"viberUser"},"message":{"type":"text","text":"HI!"},"silent":false}',
    expected: received({
      eventKey: "message:912661846655238145",
      messageKey: "912661846655238145",
      from: { kind: "viber", value: "01234567890A=", displayName: "viberUser" },
      text: "HI!",
    }),
  },
  {
    says: "a picture: its address is valid for an hour, the file is fetched by itself",
    source: `docs.gupshup.io/docs/message-types-inbound-4 (address), ${REST}#receive-message-from-user (fields)`,
    body: message(
      `"type":"picture","text":"our invoice","media":"${DL}/image/0x0/d793/1e188b51a20be3df393ce5ee94a61e9bcdcb083017e2a633732fc3a9bd18d793.jpg?Expires=1670587915&Key-Pair-Id=APKAJ62UNSBCMEIPV4HA","thumbnail":"${DL}/t.jpg"`,
    ),
    expected: received({
      text: "our invoice",
      files: [
        {
          name: "picture.jpg",
          mime: "image/jpeg",
          fileKey: `${DL}/image/0x0/d793/1e188b51a20be3df393ce5ee94a61e9bcdcb083017e2a633732fc3a9bd18d793.jpg?Expires=1670587915&Key-Pair-Id=APKAJ62UNSBCMEIPV4HA\n${DL}/t.jpg`,
        },
      ],
    }),
  },
  {
    says: "a video with its length in seconds",
    source: `docs.gupshup.io/docs/message-types-inbound-4 (address), ${REST}#receive-message-from-user (fields)`,
    body: message(`"type":"video","media":"${DL}/video/0x0/26ce/c1270f0c.mp4?Expires=1670587999","duration":10`),
    expected: received({
      text: "",
      files: [{ name: "video.mp4", mime: "video/mp4", fileKey: `${DL}/video/0x0/26ce/c1270f0c.mp4?Expires=1670587999`, durationMs: 10_000 }],
    }),
  },
  {
    says: "a file with its name and size",
    source: `constructed of ${REST}#receive-message-from-user`,
    body: message('"type":"file","media":"https://www.images.com/file.doc","file_name":"name_of_file.doc","file_size":10000'),
    expected: received({
      text: "",
      files: [{ name: "name_of_file.doc", mime: "application/msword", fileKey: "https://www.images.com/file.doc", bytes: 10_000 }],
    }),
  },
  {
    says: "a file whose name is a path",
    source: "constructed",
    body: message('"type":"file","media":"https://dl-media.viber.com/x","file_name":"../../etc/cron.d/отчёт.pdf"'),
    expected: received({ text: "", files: [{ name: "отчёт.pdf", mime: "application/pdf", fileKey: "https://dl-media.viber.com/x" }] }),
  },
  {
    says: "a file without an address",
    source: "constructed",
    body: message('"type":"file","file_name":"lost.pdf"'),
    expected: received({ text: "📎 lost.pdf" }),
  },
  {
    says: "a sticker with its picture",
    source: "docs.gupshup.io/docs/message-types-inbound-4 (address)",
    body: message('"type":"sticker","sticker_id":40138,"media":"http://content.cdn.viber.com/stickers/100/40100/00040138.png"'),
    expected: received({
      text: "",
      files: [{ name: "sticker.png", mime: "image/png", fileKey: "http://content.cdn.viber.com/stickers/100/40100/00040138.png" }],
    }),
  },
  {
    says: "his own contact: claimed, never proven",
    source: `constructed of ${REST}#contact-message`,
    body: message('"type":"contact","contact":{"name":"john  mcclane","phone_number":"+972511123123"}'),
    expected: received({ text: "👤 john  mcclane: +972511123123", claims: { phone: "+972511123123", name: "john  mcclane" } }),
  },
  {
    says: "a number shared by the keyboard's button, without a name",
    source: "constructed",
    body: message('"type":"contact","contact":{"phone_number":"77011112233"}'),
    expected: received({ text: "👤 77011112233", claims: { phone: "77011112233" } }),
  },
  {
    says: "a location",
    source: `constructed of ${REST}#receive-message-from-user`,
    body: message('"type":"location","location":{"lat":50.76891,"lon":6.11499}'),
    expected: received({ text: "📍 50.76891, 6.11499\nhttps://www.openstreetmap.org/?mlat=50.76891&mlon=6.11499" }),
  },
  {
    says: "a location in strings with an address",
    source: `constructed of ${REST}#location-message`,
    body: message('"type":"location","location":{"lat":"37.7898","lon":"-122.3942","address":"Main Street 1"}'),
    expected: received({ text: "📍 37.7898, -122.3942\nMain Street 1\nhttps://www.openstreetmap.org/?mlat=37.7898&mlon=-122.3942" }),
  },
  {
    says: "delivered",
    source: `${REST}#message-receipts-callbacks`,
    body: '{"event":"delivered","timestamp":1457764197627,"message_token":4912661846655238145,"user_id":"01234567890A="}',
    expected: state("delivered", "4912661846655238145", 1457764197627, { state: "delivered" }, "01234567890A="),
  },
  {
    says: "delivered, as it came",
    source: RECORDED,
    body: '{"event":"delivered","timestamp":1595324677891,"chat_hostname":"SN-CHAT-02_","message_token":5466297578174182639,"user_id":"3SQNc4FPUQmysaM/AQEhXg=="}',
    expected: state("delivered", "5466297578174182639", 1595324677891, { state: "delivered" }),
  },
  {
    says: "seen",
    source: `${CREATORS}/events/message-seen`,
    body: '{"event": "seen","timestamp": 1457764197627,"message_token": 4912661846655238145,"user_id": "jc9HsWTZ2Yf2NkRZ8KcNug=="}',
    expected: state("seen", "4912661846655238145", 1457764197627, { state: "read" }, "jc9HsWTZ2Yf2NkRZ8KcNug=="),
  },
  {
    says: "seen, as it came",
    source: RECORDED,
    body: '{"event":"seen","timestamp":1595324652811,"chat_hostname":"SN-CHAT-02_","message_token":5466297467809468529,"user_id":"3SQNc4FPUQmysaM/AQEhXg=="}',
    expected: state("seen", "5466297467809468529", 1595324652811, { state: "read" }),
  },
  {
    says: "failed, with Viber's reason",
    source: `${REST}#failed-callback`,
    body: '{"event":"failed","timestamp":1457764197627,"message_token":4912661846655238145,"user_id":"01234567890A=","desc":"failure description"}',
    expected: state("failed", "4912661846655238145", 1457764197627, { state: "failed", failure: "failure description" }),
  },
  {
    says: "subscribed",
    source: `${REST}#subscribed`,
    body: '{"event":"subscribed","timestamp":1457764197627,"user":{"id":"01234567890A=","name":"John McClane","avatar":"http://avatar.example.com","country":"UK","language":"en","api_version":1},"message_token":4912661846655238145}',
    expected: {
      kind: "event",
      event: {
        kind: "identity.state",
        eventKey: "subscribed:4912661846655238145",
        occurredAt: 1457764197627,
        identity: { kind: "viber", value: "01234567890A=", displayName: "John McClane" },
        thread: { key: "01234567890A=" },
        reachable: true,
      },
    },
  },
  {
    says: "unsubscribed",
    source: RECORDED,
    body: '{"event":"unsubscribed","timestamp":1595347885535,"chat_hostname":"SN-376_","user_id":"3SQNc4FPUQmysaM/AQEhXg==","message_token":5466394919049723652}',
    expected: {
      kind: "event",
      event: {
        kind: "identity.state",
        eventKey: "unsubscribed:5466394919049723652",
        occurredAt: 1595347885535,
        identity: { kind: "viber", value: "3SQNc4FPUQmysaM/AQEhXg==" },
        thread: { key: "3SQNc4FPUQmysaM/AQEhXg==" },
        reachable: false,
        reason: "unsubscribed",
      },
    },
  },
  {
    says: "a conversation opened by a link with a parameter",
    source: `${CREATORS}/events/conversation-started`,
    body: '{"event":"conversation_started","timestamp":1457764197627,"type":"open","context":"context information","user":{"id":"01234567890A=","name":"John McClane","avatar":"http://avatar.example.com","country":"UK","language":"en","api_version":1},"message_token":4912661846655238145,"subscribed":false}',
    expected: { kind: "opened", userId: "01234567890A=", context: "context information", subscribed: false, at: 1457764197627 },
  },
  {
    says: "a conversation opened by itself, as it came",
    source: RECORDED,
    body: '{"event":"conversation_started","timestamp":1595339165214,"chat_hostname":"SN-376_","message_token":5466358343372472277,"type":"open","user":{"id":"3SQNc4FPUQmysaM/AQEhXg==","name":"Georgy","language":"en-CA","country":"DE","api_version":8},"subscribed":false}',
    expected: { kind: "opened", userId: "3SQNc4FPUQmysaM/AQEhXg==", context: undefined, subscribed: false, at: 1595339165214 },
  },
  {
    says: "the verifying call of set_webhook",
    source: RECORDED,
    body: '{"event":"webhook","timestamp":1595347748566,"chat_hostname":"SN-CHAT-22_","message_token":5466394344559121456}',
    expected: { kind: "nothing", what: "webhook" },
  },
  {
    says: "client_status, which says nothing about a dialog",
    source: "constructed",
    body: '{"event":"client_status","timestamp":1595347748566,"message_token":5466394344559121456,"user":{"id":"01234567890A="}}',
    expected: { kind: "nothing", what: "client_status" },
  },
];
