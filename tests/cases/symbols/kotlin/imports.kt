#!/usr/bin/env kotlin
package app.web

import app.Names
import app.text.join as joined
import app.model.*
import app.Order.Companion.empty

fun `in quotes`() = joined(empty())
