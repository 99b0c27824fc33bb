import { Button } from "..";
export type Props = {};
export default () => <Button />;
