evalscope perf --model bge-reranker-v2-m3 --api openai_rerank --url http://gpu1:8000/v1/rerank \
  --dataset rerank --dataset-path queries.jsonl --parallel 4 --number 100 --stream
