import DOMPurify from "dompurify";
import { useEffect, useMemo, useRef, useState } from "react";
import classes from "./thread.module.css";

// A letter is a stranger's page: cleaned, without scripts and forms, in a frame that may run nothing and load nothing
// from outside (remote pictures tell the sender who read it and when).
const POLICY = "default-src 'none'; img-src data: blob: 'self'; style-src 'unsafe-inline'";
const STYLE =
  "body{margin:0;padding:10px 12px;font:14px/1.5 'Segoe UI',Roboto,'Noto Sans',system-ui,sans-serif;color:#1a2130;background:#fff;overflow-wrap:anywhere}img{max-width:100%;height:auto}table{max-width:100%}a{color:#1d50d0}blockquote{margin:0 0 0 8px;padding-left:10px;border-left:3px solid #cfd5dd}";

DOMPurify.addHook("afterSanitizeAttributes", (node) => {
  // Remote pictures would be blocked by the policy anyway; without this they leave broken frames.
  if (node.tagName === "IMG" && !/^(data:|blob:|\/)/.test(node.getAttribute("src") ?? "")) node.remove();
  if (node.tagName !== "A") return;
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer nofollow");
});

/** A letter's HTML as its writer laid it out. */
export function HtmlBody({ html, title }: { html: string; title: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(60);
  const page = useMemo(() => {
    const clean = DOMPurify.sanitize(html, {
      FORBID_TAGS: ["form", "input", "button", "select", "textarea", "iframe", "object", "embed", "link", "meta", "base", "audio", "video"],
      FORBID_ATTR: ["srcset", "ping", "formaction"],
    });
    return `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><style>${STYLE}</style></head><body>${clean}</body></html>`;
  }, [html]);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    let observer: ResizeObserver | null = null;
    const fit = () => {
      const body = element.contentDocument?.body;
      if (body === undefined || body === null) return;
      const measure = () => setHeight(Math.min(4000, Math.max(40, body.scrollHeight)));
      measure();
      observer?.disconnect();
      observer = new ResizeObserver(measure);
      observer.observe(body);
    };
    element.addEventListener("load", fit);
    fit();
    return () => {
      element.removeEventListener("load", fit);
      observer?.disconnect();
    };
  }, []);
  // allow-same-origin is for measuring its height only: without allow-scripts nothing in it can run.
  return (
    <iframe
      ref={frame}
      className={classes["html"]}
      title={title}
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      srcDoc={page}
      style={{ height }}
    />
  );
}
