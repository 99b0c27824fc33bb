import { Button } from "./components";
import Chart, { type Props } from "./components/Chart";
import "./App.css";
const Settings = lazy(() => import("./pages/Settings"));
export const App = (props: Props) => <Button><Chart {...props} /><Settings /></Button>;
