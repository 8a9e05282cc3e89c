package faults

import (
	"encoding/binary"
	"net"
	"reflect"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// answerWith answers a request with an error code as a broker does that did
// nothing about it.
func answerWith(to net.Conn, id int32, r *request, code int16) error {
	req := kmsg.RequestForKey(r.key)
	req.SetVersion(r.version)
	if err := req.ReadFrom(r.body); err != nil {
		return err
	}
	res := req.ResponseKind()
	res.SetVersion(r.version)
	mirror(reflect.ValueOf(req).Elem(), reflect.ValueOf(res).Elem())
	setCodes(reflect.ValueOf(res), code)
	_, err := to.Write(encodeAnswer(id, res))
	return err
}

// withCode makes an answer say an error, although all was done.
func withCode(frame []byte, r *request) []byte {
	req := kmsg.RequestForKey(r.key)
	req.SetVersion(r.version)
	res := req.ResponseKind()
	res.SetVersion(r.version)
	body := frame[8:]
	if res.IsFlexible() && len(body) > 0 {
		body = body[1:]
	}
	if err := res.ReadFrom(body); err != nil {
		return frame
	}
	setCodes(reflect.ValueOf(res), r.code)
	return encodeAnswer(int32(binary.BigEndian.Uint32(frame[4:])), res)
}

func encodeAnswer(id int32, res kmsg.Response) []byte {
	frame := binary.BigEndian.AppendUint32(make([]byte, 4), uint32(id))
	if res.IsFlexible() && res.Key() != int16(kmsg.ApiVersions) {
		frame = append(frame, 0)
	}
	frame = res.AppendTo(frame)
	binary.BigEndian.PutUint32(frame, uint32(len(frame)-4))
	return frame
}

// mirror makes the answer name the topics and partitions of the request.
func mirror(req, res reflect.Value) {
	from, to := req.FieldByName("Topics"), res.FieldByName("Topics")
	if !from.IsValid() || !to.IsValid() || from.Kind() != reflect.Slice || to.Kind() != reflect.Slice {
		return
	}
	for i := range from.Len() {
		topic := reflect.New(to.Type().Elem()).Elem()
		asked := from.Index(i)
		if asked.Kind() != reflect.Struct {
			return
		}
		if f := topic.FieldByName("Topic"); f.IsValid() && f.Type() == asked.FieldByName("Topic").Type() {
			f.Set(asked.FieldByName("Topic"))
		}
		if f := topic.FieldByName("Partitions"); f.IsValid() {
			mirrorPartitions(asked.FieldByName("Partitions"), f)
		}
		to.Set(reflect.Append(to, topic))
	}
}

// mirrorPartitions copies numbers of partitions, which requests list as numbers
// or within structs.
func mirrorPartitions(from, to reflect.Value) {
	for i := range from.Len() {
		number := from.Index(i)
		if number.Kind() == reflect.Struct {
			number = number.FieldByName("Partition")
		}
		partition := reflect.New(to.Type().Elem()).Elem()
		partition.FieldByName("Partition").Set(number)
		to.Set(reflect.Append(to, partition))
	}
}

// setCodes sets every ErrorCode of an answer.
func setCodes(v reflect.Value, code int16) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			setCodes(v.Elem(), code)
		}
	case reflect.Slice:
		for i := range v.Len() {
			setCodes(v.Index(i), code)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Field(i)
			if v.Type().Field(i).Name == "ErrorCode" && f.Kind() == reflect.Int16 {
				f.SetInt(int64(code))
			} else if f.CanSet() {
				setCodes(f, code)
			}
		}
	}
}
