/**
 * How a file goes up, as VK's own pages show it step by step: what is asked, what VK answers, and how the file is called afterwards. The
 * opaque insides of a photo (its sizes) are cut short.
 */
export interface Uploaded {
  name: string;
  source: string;
  file: { name: string; mime: string };
  /** Methods in their order with the parameters of the page, and VK's answers. */
  ask: { method: string; params: Record<string, string>; response: { upload_url: string } & Record<string, unknown> };
  /** The field of the multipart form, and what the upload server answers. */
  put: { field: string; answer: Record<string, unknown> };
  save: { method: string; params: Record<string, string>; response: unknown };
  /** What the page writes into `attachment`. */
  attachment: string;
}

const PHOTO =
  '[{"markers_restarted":true,"photo":"f7cdd492d6:w","sizes":[],"latitude":0,"longitude":0,"kid":"63339bce9aa7110b118709d208f4f605","sizes2":[],"urls":[],"urls2":[]}]';
const DOC =
  "743784474|0|0|240331|e24cd4aa3c|pdf|14854|\u041f\u0435\u0440\u0432\u044b\u0435 \u0448\u0430\u0433\u0438.pdf|00a3fc6e249ee1196593627b888e2187|8775d2ed941fb21e014f14ede3d61a9c||||eyJkaXNrIjozfQ==";
const VOICE =
  "743784474|0|-1|874331|3ee14eeae1|ogg|7363|Record.opus|1df3c44693e06afe0b6018165d885f54|8868cd7c3d7b92f2eb0049617b0fb283||||eyJkaXNrIjo1NywiYXVkaW9fbXNnIjp7fX0=";
const SUN = "https://sun9-west.userapi.com/sun9-45/s/v1/ig2";

export const PHOTO_OBJECT = {
  album_id: -64,
  date: 1_673_862_629,
  id: 457_239_023,
  owner_id: -218_252_175,
  access_key: "698e738862a7917b5b",
  sizes: [
    {
      height: 50,
      type: "s",
      width: 75,
      url: `${SUN}/Vus7E6r8jZjgv5E9bnuM6fbvL9U_NP4-goegNOaEy8t4Z1DnzofjER9exwblecB6Hxb3EUbWv7lQvxdRaErZGoT3.jpg?size=75x50&quality=96&type=album`,
    },
    {
      height: 402,
      type: "x",
      width: 604,
      url: `${SUN}/2DBzUBeOMpydPcypQFkirgj6g9mzsj8le0qsrWQ_lPX3zNQN1229bLivxf26ya-91HF9D57exLSnkSnJwUxJdUBN.jpg?size=604x402&quality=96&type=album`,
    },
    {
      height: 1_704,
      type: "w",
      width: 2_560,
      url: `${SUN}/o5klH0kpqicWBkDGQl_ch2j8VRpW69xrnq_PXw823wrMYc2qnXQLuDZeECtcKSaka1gfCpP9smoz7XwGAMDTk7vo.jpg?size=2560x1704&quality=96&type=album`,
    },
    {
      height: 340,
      type: "r",
      width: 510,
      url: `${SUN}/LnQwirb-SUb689R2k90Q8MwuwHJ0tfO03a0IkCeXObaQERRE2-UUyLBCTTLme2qkLcxXAekHVbkLMEZhRq5E6Ggr.jpg?size=510x340&quality=96&crop=2,0,2556,1704&type=album`,
    },
  ],
  text: "",
  user_id: 100,
  has_tags: false,
};
export const DOC_OBJECT = {
  id: 657_626_222,
  owner_id: 743_784_474,
  title: "\u041f\u0435\u0440\u0432\u044b\u0435 \u0448\u0430\u0433\u0438.pdf",
  size: 14_854,
  ext: "pdf",
  date: 1_674_050_872,
  type: 1,
  url: "https://vk.ru/doc743784474_657626222?hash=jWHXvoUCYCxklaOiBsI0bZRACXzH6CiauvHlkgrIjYg&dl=G42DGNZYGQ2DONA:1674050872:7rxkHS8nSaTa5C0DkRfjpZZagKIs1Z3lKnPABTOqr4P&api=1&no_preview=1",
};
export const VOICE_OBJECT = {
  duration: 3,
  id: 657_681_015,
  link_mp3: "https://psv4.userapi.com/s/v1/amsg/5_mCzdAdRsTNVEB-Zk2D12FJWIgiYYnQucn-l57Jclnl_JWE2tm-41wj09t4xdLZczjO.mp3",
  link_ogg: "https://psv4.userapi.com/s/v1/amsg/LAFdzsfuUVIGQU_Ei4yMUTBj0Cl8J-Kx5rsx5pHwQoa3alTzTbSmzcmni5NxojoCVDLT.ogg",
  owner_id: 743_784_474,
  access_key: "WsNUBysg38aIGjYD6zRxicVDfAEhPkfNw01mVfEhJ8P",
  waveform: [0, 0, 1, 25, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 1],
};

export const UPLOADS: Uploaded[] = [
  {
    name: "a photo",
    source: "dev.vk.com/ru/api/upload/photo-in-message",
    file: { name: "image1.png", mime: "image/png" },
    ask: {
      method: "photos.getMessagesUploadServer",
      params: {},
      response: {
        album_id: -64,
        upload_url:
          "https://pu.vk.com/c231331/ss2269/upload.php?act=do_add&mid=743784474&aid=-64&gid=218252175&hash=2e60ee02a7dd5aaaf0bce3e034b1dc30&rhash=eda561bac91afb0270fc9ca741ac626b&swfupload=1&api=1&mailphoto=1",
        user_id: 0,
        group_id: 218_252_175,
      },
    },
    put: { field: "photo", answer: { server: 231_331, photo: PHOTO, hash: "4dc524efee95578c69883f897087bd77" } },
    save: {
      method: "photos.saveMessagesPhoto",
      params: { photo: PHOTO, server: "231331", hash: "4dc524efee95578c69883f897087bd77" },
      response: [PHOTO_OBJECT],
    },
    attachment: "photo-218252175_457239023",
  },
  {
    name: "a document",
    source: "dev.vk.com/ru/api/upload/document-in-profile",
    file: { name: "document.pdf", mime: "application/pdf" },
    ask: {
      method: "docs.getMessagesUploadServer",
      params: { type: "doc" },
      response: {
        upload_url:
          "https://pu.vk.ru/c240331/upload_doc.php?act=add_doc&mid=743784474&aid=0&gid=0&type=0&hash=ae6f11219f2e21f9ad7825b1739141b3&rhash=69c202cbb175d33099a56d8aaf42f369&api=1",
      },
    },
    put: { field: "file", answer: { file: DOC } },
    save: { method: "docs.save", params: { file: DOC }, response: { type: "doc", doc: DOC_OBJECT } },
    attachment: "doc743784474_657626222",
  },
  {
    name: "a voice message",
    source: "dev.vk.com/ru/api/upload/audio-record",
    file: { name: "Record.opus", mime: "audio/ogg" },
    ask: {
      method: "docs.getMessagesUploadServer",
      params: { type: "audio_message" },
      response: {
        upload_url:
          "https://pu.vk.ru/c874331/upload.php?act=add_doc_new&mid=743784474&aid=-1&gid=0&type=audio_message&peer_id=0&rhash=682834f793150106905f817ed71df436&api=1&server=874331&_origin=https%3A%2F%2Fapi.vk.ru&_sig=3a261f2a2d74202814e5c580f59c0238",
      },
    },
    put: { field: "file", answer: { file: VOICE } },
    save: { method: "docs.save", params: { file: VOICE }, response: { type: "audio_message", audio_message: VOICE_OBJECT } },
    attachment: "audio_message743784474_657681015",
  },
];
