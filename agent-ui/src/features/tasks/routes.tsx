import { Route, Routes, useNavigate, useParams, useSearchParams } from "react-router";
import { TaskList } from "./TaskList.tsx";
import { TaskPanel } from "./TaskPanel.tsx";

/** Pages of tasks, mounted at /tasks/*: the list, and one of it beside. */
export function TaskRoutes() {
  return (
    <Routes>
      <Route path="/:id?" element={<Page />} />
    </Routes>
  );
}

function Page() {
  const { id } = useParams();
  const [params] = useSearchParams();
  const navigate = useNavigate();
  return (
    <>
      <TaskList />
      {id === undefined ? null : <TaskPanel key={id} id={id} onClose={() => void navigate(`/tasks${params.size === 0 ? "" : `?${params}`}`)} />}
    </>
  );
}
