/// <reference path="globals.d.ts" />
import { a } from "./a.js";
import { b } from "./b.mjs";
import c from "./c";
import d = require("./d");
import type { E } from "./e.jsx";
import { type F } from "./f";
import data from "./data.json";
import style from "./style.css";
import "./side.effect";
import template from "./template";
export * from ".";
let g: import("./g").G;
const h = () => import(`./h`);
import missing from "./missing";
import up from "../../up";
import view from "./View.vue";
