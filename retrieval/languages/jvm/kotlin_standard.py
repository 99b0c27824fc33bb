"""Names that every Kotlin file has without an import, of functions and of members of the basic types."""

from __future__ import annotations

_FUNCTIONS = """
TODO all also and any apply arrayOf assert associate associateBy associateWith average binarySearch
buildList buildMap buildSet buildString capitalize check checkNotNull chunked clear close coerceAtLeast
coerceAtMost coerceIn compareBy compareTo compareValues contains containsKey copyInto copyOf copyOfRange
copyTo count dec decodeToString digitToInt distinct distinctBy div downTo drop dropLast dropWhile
emptyArray emptyList emptyMap emptySequence emptySet encodeToByteArray endsWith enumValues equals error
fill filter filterIndexed filterIsInstance filterKeys filterNot filterNotNull filterTo filterValues find
findLast first firstOrNull flatMap flatten fold foldIndexed forEach forEachIndexed format
generateSequence get getOrDefault getOrElse getOrNull getOrPut getValue groupBy groupingBy hashCode
hashMapOf hashSetOf ifEmpty inc indexOf indexOfFirst indexOfLast indices inv invoke isBlank isEmpty
isFinite isInfinite isNaN isNotBlank isNotEmpty isNullOrBlank isNullOrEmpty iterator joinTo joinToString
key last lastIndex lastIndexOf lastOrNull lazy length let lines linkedMapOf linkedSetOf listOf
listOfNotNull lowercase map mapIndexed mapIndexedNotNull mapKeys mapNotNull mapOf mapTo mapValues maxBy
maxByOrNull maxOf maxOfOrNull maxOrNull measureTime message minBy minByOrNull minOf minOfOrNull
minOrNull minus mutableListOf mutableMapOf mutableSetOf name none not onEach or orEmpty ordinal padEnd
padStart partition plus plusAssign print println put putAll random rangeTo readBytes readLine readLines
readText readln reduce remove removeAll removeFirst removeIf removeLast removePrefix removeSuffix repeat
replace require requireNotNull retainAll reversed run runCatching sequence sequenceOf set setOf setValue
shl shr shuffled single singleOrNull size slice sort sortBy sorted sortedBy sortedByDescending
sortedDescending sortedWith split startsWith step subList substring substringAfter substringAfterLast
substringBefore substringBeforeLast sum sumOf synchronized take takeIf takeLast takeUnless takeWhile
throwIfNull times to toBoolean toByte toByteArray toChar toCharArray toDouble toFloat toHashSet toInt
toIntArray toIntOrNull toList toLong toLongOrNull toMap toMutableList toMutableMap toMutableSet toRegex
toSet toShort toSortedMap toString toTypedArray trim trimEnd trimIndent trimMargin trimStart until
uppercase use useLines ushr value values walk windowed with withIndex writeText xor zip zipWithNext
"""
_TYPES = """
Any Array Boolean Byte ByteArray Char CharArray CharSequence Collection Comparable Double DoubleArray
Float FloatArray Int IntArray Iterable Iterator List Long LongArray Map MutableCollection
MutableIterable MutableList MutableMap MutableSet Nothing Number Pair Result Sequence Set Short
ShortArray String StringBuilder Throwable
"""
STANDARD = frozenset(_FUNCTIONS.split())
BASIC_TYPES = frozenset(_TYPES.split())
