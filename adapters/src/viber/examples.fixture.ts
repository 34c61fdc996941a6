/** Requests as Viber's documents and its own libraries show them, to the letter. */
const PAGE = "developers.viber.com/docs/api/rest-bot-api";
const PYTHON = "github.com/Viber/viber-bot-python tests/api";

/** A request of Viber's own, and the page or test that has it. */
export interface Example {
  source: string;
  body: { receiver?: string; sender?: { name: string; avatar: string } } & Record<string, unknown>;
}

/** The head of every example of the page of the REST API. */
const documented = (anchor: string, body: Record<string, unknown>): Example => ({
  source: `${PAGE}#${anchor}`,
  body: {
    receiver: "01234567890A=",
    min_api_version: 1,
    sender: { name: "John McClane", avatar: "http://avatar.example.com" },
    tracking_data: "tracking data",
    ...body,
  },
});
/** The head of every message of the Python library's tests; the token stands in the body there, since then in a header. */
const python = (test: string, body: Record<string, unknown>): Example => ({
  source: `${PYTHON}/messages/test_get_message.py ${test}`,
  body: {
    auth_token: "4453b6ac1s345678-e02c5f12174805f9-daec9cbb5448c51r",
    receiver: "01234567890A=",
    sender: { name: "yarden from the pa", avatar: "http://avatar_url" },
    tracking_data: "tracking data",
    ...body,
  },
});

export const EXAMPLES = {
  text: documented("text-message", { type: "text", text: "Hello world!" }),
  picture: documented("picture-message", {
    type: "picture",
    text: "Photo description",
    media: "http://www.images.com/img.jpg",
    thumbnail: "http://www.images.com/thumb.jpg",
  }),
  video: documented("video-message", {
    type: "video",
    media: "http://www.images.com/video.mp4",
    thumbnail: "http://www.images.com/thumb.jpg",
    size: 10_000,
    duration: 10,
  }),
  file: documented("file-message", { type: "file", media: "http://www.images.com/file.doc", size: 10_000, file_name: "name_of_file.doc" }),
  creators: {
    source: "creators.viber.com/docs/bots-api/resources/messaging/send-message (Example)",
    body: {
      type: "text",
      receiver: "jc9HsWTZ2Yf2NkRZ8KcNug==",
      text: "Hello World",
      sender: { name: "Viber Bot", avatar: "http://avatar.example.com" },
    },
  },
  sender: {
    source: `${PYTHON}/test_message_sender.py test_send_message_sanity`,
    body: {
      auth_token: "auth-token-sample",
      receiver: "012345A=",
      sender: { name: "testbot", avatar: "http://avatars.com/" },
      type: "text",
      text: "hi!",
      chat_id: "my chat id sample",
    },
  },
  pythonText: python("test_text_message", { type: "text", text: "a message from pa" }),
  pythonUnicode: python("test_get_text_message_unicode", {
    sender: { name: "שם בעברית", avatar: "http://avatar_url" },
    tracking_data: "へぶる。塞末タヨハ協責ウワ格子しむ",
    type: "text",
    text: "הודעה יפה",
  }),
  pythonPicture: python("test_picture_message", {
    type: "picture",
    text: "Photo description",
    media: "http://www.images.com/img.jpg",
    thumbnail: "http://www.images.com/thumb.jpg",
  }),
  pythonVideo: python("test_video_message", {
    type: "video",
    media: "http://www.images.com/video.mp4",
    thumbnail: "http://www.images.com/thumb.jpg",
    size: 10_000,
    duration: 10,
  }),
  pythonFile: python("test_file_message", { type: "file", media: "http://www.images.com/file.doc", size: 10_000, file_name: "name_of_file.doc" }),
} satisfies Record<string, Example>;

/** What an example may have and a message of ours has not: the token is in a header, the others are optional. */
export const NOT_OURS = ["auth_token", "tracking_data", "thumbnail", "duration", "chat_id"];
