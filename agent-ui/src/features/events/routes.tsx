import { Navigate, Route, Routes, useParams, useSearchParams } from "react-router";
import { EventList } from "./EventList.tsx";
import { EventPanel } from "./EventPanel.tsx";
import { InWork } from "./InWork.tsx";

/** Pages of events, mounted at /events/*; `?event=` shows one's card beside the list. */
export function EventRoutes() {
  const [params, setParams] = useSearchParams();
  const id = params.get("event");
  const close = () => {
    const next = new URLSearchParams(params);
    next.delete("event");
    setParams(next);
  };
  return (
    <>
      <Routes>
        <Route index element={<EventList />} />
        <Route path="work" element={<InWork />} />
        <Route path=":id" element={<OneEvent />} />
      </Routes>
      {id === null ? null : <EventPanel key={id} id={id} onClose={close} />}
    </>
  );
}

/** A link to one event: the register with its card. */
function OneEvent() {
  const { id } = useParams();
  return <Navigate to={`/events?event=${id ?? ""}`} replace />;
}
