import { User } from "@models/user";
import { Order } from "@models/order";
import special from "@models/special";
import exact from "exact";
import { log } from "util/log";
import type { Missing } from "@models/missing";
import "~/nothing";
