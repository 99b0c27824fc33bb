import { Fragment } from "react";
import Icon, * as icons from "./icons";
const Lazy = load(() => import("./Lazy"));

export const Row = ({ item, onOpen }) => (
  <tr className={styles.row} onClick={() => onOpen(item)}>
    <Icon name="open" />
    <icons.Small {...item.props}>{item.title}</icons.Small>
    <Fragment><Lazy /></Fragment>
  </tr>
);
